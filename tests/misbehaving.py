"""A web server on this machine that serves real files and, where told to, misbehaves as real ones do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = b"<html><body>Please log in to the wireless network.</body></html>"


class Site(ThreadingHTTPServer):
    """``files``: path → content. ``moods``: path → how the next answers go wrong, first first; afterwards they are right.

    ``asked``: every request, as its path and its Range header ("" without one).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.moods: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def forget(self) -> None:
        self.asked.clear()

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append((self.path, wanted))
        self.server.agents.add(self.headers.get("User-Agent", ""))
        moods = self.server.moods.get(self.path)
        mood = moods.pop(0) if moods else ""
        content = self.server.files.get(self.path)
        if content is None:
            self.head(404, {"Content-Type": "text/html"})
        elif mood == "busy":
            self.head(503, {})
        elif mood == "loop":
            self.head(302, {"Location": self.path})
        elif mood == "silent":
            self.server.closing.wait()
        elif mood.startswith("page"):
            self.head(
                200, {"Content-Type": "image/jpeg" if mood == "page as picture" else "text/html", "Content-Length": str(len(HTML))}
            )
            self.wfile.write(HTML)
        else:
            self.send(content, int(wanted[6:-1]) if re.fullmatch(r"bytes=\d+-", wanted) and mood != "no ranges" else None, mood)

    def send(self, content: bytes, start: int | None, mood: str) -> None:
        if start is not None and start >= len(content):
            self.head(416, {} if mood == "too long" else {"Content-Range": f"bytes */{len(content)}"})
            return
        body = content[start or 0 :]
        lengths = {"too long": len(body) + 100, "too short": len(body) - 100}
        fields = {} if mood == "no length" else {"Content-Length": str(lengths.get(mood, len(body)))}
        if start is not None:
            fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.head(200 if start is None else 206, fields)
        self.wfile.write(body[: len(body) // 2] if mood in {"cut", "stalls"} else body)
        if mood == "stalls":
            self.wfile.flush()
            self.server.closing.wait()

    def head(self, status: int, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read ``asked``."""


@contextmanager
def serving() -> Iterator[Site]:
    with Site() as site:
        threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield site
        finally:
            site.closing.set()
            site.shutdown()
