"""A local web server that serves files and, on request, fails in the ways that real servers do."""

from __future__ import annotations

import re
import threading
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler

from tests.local_server import LocalServer, run_server

HTML = b"<html><body>Please log in to use the Wi-Fi.</body></html>"


class FaultyServer(LocalServer):
    """A web server for tests.

    Attributes:
        files: The content of each path.
        faults: How the next answers for a path fail, in order. Later answers are correct.
        requests: The path and the Range header ("" without one) of every request.
        agents: The User-Agent headers of all requests.
        closing: Set when the server stops.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RequestHandler)
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[str]] = {}
        self.requests: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.server_port}"

    def forget(self) -> None:
        """Forget earlier requests."""
        self.requests.clear()

    @property
    def paths(self) -> list[str]:
        """The paths of all requests."""
        return [path for path, _ in self.requests]


class RequestHandler(BaseHTTPRequestHandler):
    """Answers requests, with the faults that the server lists."""

    server: FaultyServer

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.server.requests.append((self.path, span))
        self.server.agents.add(self.headers.get("User-Agent", ""))
        faults = self.server.faults.get(self.path)
        fault = faults.pop(0) if faults else ""
        content = self.server.files.get(self.path)
        if content is None:
            self.head(404, {"Content-Type": "text/html"})
        elif fault == "busy":
            self.head(503, {})
        elif fault == "loop":
            self.head(302, {"Location": self.path})
        elif fault == "silent":
            self.server.closing.wait()
        elif fault.startswith("page"):
            self.head(
                200, {"Content-Type": "image/jpeg" if fault == "page as picture" else "text/html", "Content-Length": str(len(HTML))}
            )
            self.wfile.write(HTML)
        else:
            self.send(content, int(span[6:-1]) if re.fullmatch(r"bytes=\d+-", span) and fault != "no ranges" else None, fault)

    def send(self, content: bytes, start: int | None, fault: str) -> None:
        if start is not None and start >= len(content):
            self.head(416, {} if fault == "too long" else {"Content-Range": f"bytes */{len(content)}"})
            return
        body = content[start or 0 :]
        lengths = {"too long": len(body) + 100, "too short": len(body) - 100}
        fields = {} if fault == "no length" else {"Content-Length": str(lengths.get(fault, len(body)))}
        if start is not None:
            fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.head(200 if start is None else 206, fields)
        self.wfile.write(body[: len(body) // 2] if fault in {"cut", "stalls"} else body)
        if fault == "stalls":
            self.wfile.flush()
            self.server.closing.wait()

    def head(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing. The tests read ``requests``."""


def serving() -> AbstractContextManager[FaultyServer]:
    """Run a server until the context ends."""
    return run_server(FaultyServer())
