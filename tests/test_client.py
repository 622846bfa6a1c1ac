"""The client of the API says what is wrong with a server, and sends what it is given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest

from benchmarks.server import free_port
from devise_core.client import ApiError, SemblanceClient
from devise_core.errors import ImageError
from tests.local_server import LocalServer, run_server

ANSWERS = {
    "/health": (200, b"<html>hello</html>"),
    "/ready": (502, b"<html>bad gateway</html>"),
    "/collections": (503, b'{"type": "urn:semblance:problem:busy", "detail": "The server is busy.", "status": 503}'),
    "/collections/a%2Fb": (404, b"[1]"),
}
"""Path → status and body of a server that is no API."""


class _Other(LocalServer):
    """A server that is no API."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, content = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Retry-After", "30")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def client() -> Iterator[SemblanceClient]:
    with run_server(_Other()) as server, SemblanceClient(f"http://127.0.0.1:{server.server_port}/") as client:
        yield client


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(ApiError, match="does not answer. Check the address") as refused:
        SemblanceClient(f"http://127.0.0.1:{free_port()}/api/v1").health()
    assert (refused.value.status, refused.value.kind) == (0, "")


def test_a_server_that_is_no_api_is_reported(client: SemblanceClient) -> None:
    with pytest.raises(ApiError, match="does not match this version"):
        client.health()
    with pytest.raises(ApiError, match="status 502"):
        client.ready()
    with pytest.raises(ApiError, match="status 404") as unknown:
        client.collection("a/b")
    assert unknown.value.status == 404


def test_an_error_has_what_the_server_says(client: SemblanceClient) -> None:
    with pytest.raises(ApiError, match="The server is busy") as busy:
        client.collections()
    assert (busy.value.status, busy.value.kind, busy.value.retry_after, busy.value.members) == (503, "busy", 30, {"status": 503})


def test_an_image_that_cannot_be_sent_is_refused_before_it_is_sent(client: SemblanceClient) -> None:
    for image in (np.zeros((2, 2), dtype=np.float32), "no-such-file.jpg", 7):
        with pytest.raises(ImageError):
            client.label(image)  # type: ignore[arg-type]
