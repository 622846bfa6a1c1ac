"""The REST API on a real socket, in this process, for the tests of what clients do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import uvicorn

from devise_core.api.app import PREFIX, create_server
from devise_core.api.work import _image_threads
from devise_core.client import SemblanceClient
from devise_core.serving.metrics import metrics_on
from devise_core.serving.model_slots import model_slots
from devise_core.settings import settings
from tests.browsing import PATIENCE, wait_until

PROBLEM = "application/problem+json"
_CACHED = (settings, model_slots, metrics_on, _image_threads)


@dataclass
class ApiServer:
    """A server that runs.

    Attributes:
        root: Its address.
        client: A client without a key.
    """

    root: str
    client: SemblanceClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = SemblanceClient(self.address)

    @property
    def address(self) -> str:
        """The address of the API."""
        return self.root + PREFIX

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request as it is, without what the client does."""
        return requests.request(method, f"{self.address}/{path}", timeout=PATIENCE, **options)

    def raw(self, content: bytes) -> bytes:
        """Send bytes to the server, close this side of the connection, and return the whole answer."""
        place = urlsplit(self.root)
        with socket.create_connection((place.hostname, place.port), PATIENCE) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))


@contextmanager
def served_api(**environment: str) -> Iterator[ApiServer]:
    """Run the API until the context ends.

    Args:
        environment: Settings without their prefix, such as ``API_KEYS``.
    """
    with pytest.MonkeyPatch.context() as changed:
        for name, value in {"API_REQUESTS_PER_MINUTE": "100000", **environment}.items():
            changed.setenv(f"SEMBLANCE_{name}", value)
        for cached in _CACHED:
            cached.cache_clear()
        server = uvicorn.Server(uvicorn.Config(create_server(), port=0, log_level="critical", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield ApiServer(f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            for cached in _CACHED:
                cached.cache_clear()


def problem(answer: requests.Response) -> tuple[int, str]:
    """Return the status and the kind of an error, after a check that it is described as a problem."""
    assert answer.headers["Content-Type"] == PROBLEM, answer.text
    content = answer.json()
    assert content["status"] == answer.status_code
    assert content["title"] and content["detail"].endswith((".", "?"))
    return answer.status_code, content["type"].removeprefix("urn:semblance:problem:")
