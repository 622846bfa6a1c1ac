"""A local web server with an image, and policies under which ``fetch_image`` may connect to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address

import pytest

from benchmarks.malformed import encoded, picture
from devise_core.settings import Settings
from devise_core.untrusted.url_fetch import FetchPolicy, fetch_image
from tests.local_server import LocalServer, run_server

CAT = encoded(picture(), "JPEG")
ON = Settings(url_search=True, url_seconds=5, url_bytes=100_000)
PUBLIC = "93.184.215.14"
NAMES = {
    "public.example": [PUBLIC],
    "inside.example": ["10.0.0.7"],
    "loop.example": ["127.0.0.1"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "local.example": ["fe80::1%lo"],
    "localhost": ["127.0.0.1", "::1"],
    "a.localhost": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "db": ["172.18.0.2"],
}


class ImageServer(LocalServer):
    """A web server that counts connections.

    ``say`` maps a path to the status, the headers, the chunks of the body and the pause before each chunk.
    """

    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def __init__(self) -> None:
        self.connections, self.asked, self.heads = 0, list[str](), list[dict[str, str]]()
        self.say: dict[str, tuple[int, dict[str, str], list[bytes], float]] = {}
        self.closing = threading.Event()
        super().__init__(("::" if self.address_family == socket.AF_INET6 else "", 0), RequestHandler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:  # one socket for ::1, 127.0.0.1 and all their other forms
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, object]:
        self.connections += 1
        return super().get_request()


class RequestHandler(BaseHTTPRequestHandler):
    server: ImageServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.heads.append(dict(self.headers))
        status, fields, pieces, pause = self.server.say.get(self.path, (200, {"Content-Type": "image/jpeg"}, [CAT], 0))
        try:
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in pieces:
                self.server.closing.wait(pause)
                self.wfile.write(piece)
        except OSError:
            return  # the client has closed the connection, which is what is tested

    def log_message(self, *_: object) -> None:
        """Print nothing. The tests read ``asked``."""


def serving() -> AbstractContextManager[ImageServer]:
    """Run a server until the context ends."""
    return run_server(ImageServer())


def lookup(host: str) -> list[str]:
    """Resolve a name by the table, and a number in every form that the system reads, which is the worst case."""
    if host in NAMES:
        return NAMES[host]
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)]


def strict(site: ImageServer) -> FetchPolicy:
    """The policy of a real server, except for the table of names and the port of the test server."""
    return FetchPolicy(lookup, ports=frozenset({80, 443, site.server_port}))


def open_policy(site: ImageServer) -> FetchPolicy:
    """A policy that allows only ``web.example``, which is the test server."""
    return FetchPolicy(
        lambda host: ["127.0.0.1"] if host == "web.example" else lookup(host),
        lambda address: address == ip_address("127.0.0.1"),
        frozenset({site.server_port}),
    )


def get(site: ImageServer, path: str = "/cat.jpg", limits: Settings = ON) -> bytes:
    return fetch_image(f"http://web.example:{site.server_port}{path}", limits, open_policy(site))


@pytest.fixture(scope="module")
def image_server() -> Iterator[ImageServer]:
    """A server that runs for all tests of a module."""
    with serving() as server:
        yield server


@pytest.fixture
def image_site(image_server: ImageServer) -> ImageServer:
    """The server as it was when it started."""
    image_server.connections, image_server.asked, image_server.heads, image_server.say = 0, [], [], {}
    return image_server
