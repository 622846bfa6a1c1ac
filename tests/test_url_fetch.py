"""The server fetches an image for a visitor with one request, and with limits on size and time."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.untrusted.url_fetch import FetchPolicy, fetch_image
from tests.image_server import CAT, ON, PUBLIC, ImageServer, get


def test_fetching_is_off_by_default(image_site: ImageServer) -> None:
    with pytest.raises(ImageError, match="switched off on this server.*Upload.*SEMBLANCE_URL_SEARCH=1"):
        get(image_site, limits=Settings())
    assert image_site.connections == 0


def test_an_image_is_fetched_with_one_short_request(image_site: ImageServer) -> None:
    assert get(image_site, "/a b/ü.jpg?x=1&y=ä".replace(" ", "%20")) == CAT
    assert (image_site.asked, image_site.connections) == (["/a%20b/%C3%BC.jpg?x=1&y=%C3%A4"], 1)
    assert image_site.heads[0]["Host"] == f"web.example:{image_site.server_port}"
    assert set(image_site.heads[0]) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


def test_proxies_of_the_environment_are_ignored(image_site: ImageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{image_site.server_port}")
    get(image_site)
    assert image_site.asked == ["/cat.jpg"]  # a proxy would be asked for the whole address


def test_redirects_are_limited(image_site: ImageServer) -> None:
    for step in range(5):
        image_site.say[f"/{step}"] = (302, {"Location": f"{step + 1}"}, [], 0)
    assert get(image_site, "/2") == CAT
    with pytest.raises(ImageError, match="redirects more than 3 times"):
        get(image_site, "/0")
    assert image_site.asked == ["/2", "/3", "/4", "/5", "/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("status", "fields", "says"),
    [
        (200, {"Content-Type": "text/html"}, "not to an image"),
        (200, {}, "not to an image"),
        (404, {"Content-Type": "image/png"}, "responds with status 404"),
        (200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, "compresses the image"),
        (206, {"Content-Type": "image/png"}, "responds with status 206"),
        (200, {"Content-Type": "image/png", "Content-Length": "100001"}, "more than 0.1 MB"),
        (302, {}, "responds with status 302"),
        (200, {"Content-Type": "image/png", "Content-Length": "50"}, "only a part of the image"),
    ],
)
def test_responses_without_a_suitable_image_are_refused(
    image_site: ImageServer, status: int, fields: dict[str, str], says: str
) -> None:
    image_site.say["/cat.jpg"] = (status, fields, [gzip.compress(bytes(1_000_000))[:20]], 0)
    with pytest.raises(ImageError, match=says):
        get(image_site)


def test_an_endless_body_is_cut(image_site: ImageServer) -> None:
    image_site.say["/cat.jpg"] = (200, {"Content-Type": "image/png"}, [bytes(50_000)] * 1_000, 0)
    with pytest.raises(ImageError, match=r"more than 0.1 MB"):
        get(image_site)


def test_chunks_are_counted(image_site: ImageServer) -> None:
    chunk = b"c350\r\n" + bytes(50_000) + b"\r\n"
    image_site.say["/cat.jpg"] = (200, {"Content-Type": "image/png", "Transfer-Encoding": "chunked"}, [chunk] * 100, 0)
    with pytest.raises(ImageError, match=r"more than 0.1 MB|not respond properly"):
        get(image_site)


@pytest.mark.parametrize(
    ("scheme", "how"), [("http", "silent"), ("http", "body"), ("http", "head"), ("https", "silent"), ("https", "hello")]
)
def test_a_slow_server_is_abandoned(scheme: str, how: str) -> None:
    """A byte every 50 ms resets the timeout of each read, but not the time limit of the whole fetch."""
    with dripping(how) as port:
        policy = FetchPolicy(lambda _: ["127.0.0.1"], lambda _: True, frozenset({port}))
        with pytest.raises(ImageError, match=r"took more than 0.4 s"):
            fetch_image(f"{scheme}://web.example:{port}/", ON.model_copy(update={"url_seconds": 0.4}), policy)


def test_a_slow_resolver_is_abandoned(image_site: ImageServer) -> None:
    policy = FetchPolicy(lambda _: [PUBLIC] if image_site.closing.wait(5) else [])
    with pytest.raises(ImageError, match=r"took more than 0.2 s"):
        fetch_image("http://web.example/", ON.model_copy(update={"url_seconds": 0.2}), policy)


def test_https_sends_the_host_name_to_the_pinned_address() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            caller, _ = door.accept()
            with caller:
                heard.append(caller.recv(4_096))

        thread = threading.Thread(target=listen)
        thread.start()
        port = door.getsockname()[1]
        policy = FetchPolicy(lambda _: ["127.0.0.1"], lambda _: True, frozenset({port}))
        with pytest.raises(ImageError, match="not respond properly"):
            fetch_image(f"https://web.example:{port}/a", ON, policy)
        thread.join()
    assert heard[0][0] == 0x16  # a TLS handshake, which contains the host name
    assert b"web.example" in heard[0]


@contextmanager
def dripping(how: str) -> Iterator[int]:
    done = threading.Event()

    def drip(door: socket.socket) -> None:
        caller, _ = door.accept()
        with caller:
            if how == "body":
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
            elif how == "head":
                caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            elif how == "hello":
                caller.sendall(b"\x16\3\3\x3f\xff")  # the head of a TLS record of 16 kB, which then comes a byte at a time
            while not done.wait(0.05):
                try:
                    caller.sendall(b"" if how == "silent" else b"a")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=drip, args=(door,))
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            done.set()
            thread.join()
