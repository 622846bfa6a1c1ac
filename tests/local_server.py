"""Run an HTTP server of a test in the background."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import TypeVar


class LocalServer(ThreadingHTTPServer):
    """A server whose handlers wait for ``closing`` instead of sleeping."""

    daemon_threads = True
    closing: threading.Event


Server = TypeVar("Server", bound=LocalServer)


@contextmanager
def run_server(server: Server) -> Iterator[Server]:
    """Run a server until the context ends."""
    with server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
