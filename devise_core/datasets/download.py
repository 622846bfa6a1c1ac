"""Download one file over HTTP: limit the request rate, resume a partial file, and check the result."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from devise_core import __version__
from devise_core.errors import DeviseError, FetchError

PART = ".part"
AGENT = f"Semblance/{__version__} (semantic image search; fetches public data sets) {requests.utils.default_user_agent()}"
_CHUNK = 1 << 18
_RETRY_STATUS = (429, 500, 502, 503, 504)

Progress = Callable[[int, int | None], Any]
"""Called with the number of new bytes (negative if bytes are discarded), and the size of the file or None if it is unknown."""


class UnreachableError(FetchError):
    """The server does not answer, or the connection breaks on every attempt."""


@dataclass(frozen=True)
class RequestPolicy:
    """How often requests are sent to a server, and how long the client waits for answers.

    Attributes:
        timeout: Seconds to wait for a connection and between two chunks.
        tries: How often a request is made before it counts as failed.
        backoff: Seconds to wait before the second try. The wait doubles with each further try.
        per_second: The highest number of requests per second.
        redirects: The highest number of redirects to follow.
    """

    timeout: float = 30.0
    tries: int = 5
    backoff: float = 0.5
    per_second: float = 8.0
    redirects: int = 5


@dataclass(frozen=True)
class Download:
    """A file to download.

    Attributes:
        url: The address of the file.
        target: Where to write it.
        size: The expected size in bytes, if known.
        digest: The expected digest as ``kind:hex``, if known.
        page: Whether the file is an HTML page. For other files, an HTML answer is an error.
        check: Called with the downloaded file. It raises ``DeviseError`` if the content is wrong.
    """

    url: str
    target: Path
    size: int | None = None
    digest: str | None = None
    page: bool = False
    check: Callable[[Path], object] | None = None


class Client:
    """Download files. Threads may share a client, and then share one request rate."""

    def __init__(self, policy: RequestPolicy = RequestPolicy(), contact: str = "") -> None:
        """Create a client that follows ``policy``. The User-Agent tells servers the ``contact``, a mail address or a web page."""
        self.policy, self._contact = policy, contact
        self._sessions = threading.local()  # a requests session is not thread-safe
        self._lock, self._next, self._stopped = threading.Lock(), 0.0, threading.Event()
        self._stop_reason = ""

    def stop(self, reason: str = "The download was stopped.") -> None:
        """Stop every download at its next chunk and refuse new ones. Partial files are kept for the next run."""
        self._stop_reason = reason
        self._stopped.set()

    def download(self, file: Download, progress: Progress = lambda *_: None) -> None:
        """Download one file. A partial download is kept as ``NAME.part`` and resumed.

        Args:
            file: What to download and where to write it.
            progress: Called as bytes arrive.

        Raises:
            FetchError: If the server refuses the request or the file is not the expected one.
            UnreachableError: If the server does not answer.
        """
        part = file.target.with_name(file.target.name + PART)
        part.parent.mkdir(parents=True, exist_ok=True)
        resumed = _size(part) > 0
        self._receive(file, part, progress)
        try:
            _verify(file, part)
        except DeviseError as error:
            progress(-_size(part), None)
            part.unlink()
            if not resumed:
                raise FetchError(f"{file.url} is not the expected file. {error}") from error
            self.download(file, progress)  # the file may have changed between the two runs
            return
        part.replace(file.target)

    def _receive(self, file: Download, part: Path, progress: Progress) -> None:
        """Write the file to ``part``, and request the rest whenever the connection breaks."""
        counted, failure = 0, ""
        for attempt in range(self.policy.tries):
            self.pause(self.policy.backoff * 2 ** (attempt - 1) if attempt else 0)
            size = _size(part)
            with self._request(file, size) as response:
                start, total = _content_range(response)
                if size and response.status_code == 416 and total == size:  # the last run stopped just before the rename
                    progress(size - counted, total)
                    return
                if size and (response.status_code == 416 or start not in {0, size}):
                    part.unlink()
                    continue
                _check_headers(file, response, total)
                progress(start - counted, total)
                failure = self._write(response, part, start, progress)
                counted = _size(part)
                if not failure:
                    return
        raise UnreachableError(
            f"{file.url} broke off {self.policy.tries} times, the last time after {_size(part):,} bytes ({failure})."
        )

    def _write(self, response: requests.Response, part: Path, start: int, progress: Progress) -> str:
        """Append the body to ``part``. Return why the connection broke, or "" if the body is complete."""
        with part.open("ab" if start else "wb") as target:
            try:
                # Not decoded, because some servers declare a .tgz as gzip-encoded. read1 loses no byte if the connection breaks.
                while chunk := response.raw.read1(_CHUNK, decode_content=False):
                    target.write(chunk)
                    progress(len(chunk), None)
                    self.pause(0)
            except HTTPError as error:
                return _root_cause(error)
        return ""

    def _request(self, file: Download, offset: int) -> requests.Response:
        """Request the file from byte ``offset`` on."""
        self._wait_for_rate_limit()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        try:
            return self._session().get(file.url, headers=headers, stream=True, timeout=self.policy.timeout)
        except requests.TooManyRedirects as error:
            raise FetchError(f"{file.url} redirects more than {self.policy.redirects} times.") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise UnreachableError(f"{file.url} does not answer ({_root_cause(error)}).") from error
        except requests.RequestException as error:
            raise FetchError(f"{file.url} cannot be requested ({error}).") from error

    def _session(self) -> requests.Session:
        """Return the session of the current thread."""
        if not hasattr(self._sessions, "session"):
            policy, session = self.policy, requests.Session()
            retry = Retry(
                policy.tries - 1,
                backoff_factor=policy.backoff,
                status_forcelist=_RETRY_STATUS,
                raise_on_status=False,
                retry_after_max=60,
            )
            session.mount("http://", HTTPAdapter(max_retries=retry))
            session.mount("https://", HTTPAdapter(max_retries=retry))
            session.headers["User-Agent"] = f"{AGENT} ({self._contact})" if self._contact else AGENT
            session.max_redirects = policy.redirects
            self._sessions.session = session
        session = self._sessions.session
        assert isinstance(session, requests.Session)
        return session

    def _wait_for_rate_limit(self) -> None:
        with self._lock:
            now = monotonic()
            start = max(now, self._next)
            self._next = start + 1 / self.policy.per_second
        self.pause(start - now)

    def pause(self, seconds: float) -> None:
        """Wait, but raise ``FetchError`` as soon as the client is stopped."""
        if self._stopped.wait(seconds) if seconds > 0 else self._stopped.is_set():
            raise FetchError(self._stop_reason)


def _content_range(response: requests.Response) -> tuple[int, int | None]:
    """Return the offset of the first byte in the body and the size of the whole file (None if the server does not state it)."""
    if span := re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")):
        return int(span[1] or 0), None if span[2] == "*" else int(span[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _check_headers(file: Download, response: requests.Response, total: int | None) -> None:
    """Raise ``FetchError`` if the headers already show that the answer is not the file."""
    if response.status_code not in {200, 206}:
        kind = UnreachableError if response.status_code in _RETRY_STATUS else FetchError
        raise kind(f"{file.url} answered {response.status_code} ({response.reason}).")
    if not file.page and response.headers.get("Content-Type", "").startswith("text/html"):
        raise FetchError(f"{file.url} answered with a web page instead of the file.")
    if file.size is not None and total is not None and total != file.size:
        raise FetchError(f"{file.url} has {total:,} bytes instead of the published {file.size:,}.")


def _verify(file: Download, path: Path) -> None:
    if file.size is not None and (size := _size(path)) != file.size:
        raise FetchError(f"It has {size:,} bytes instead of {file.size:,}.")
    if file.digest is not None:
        kind, _, expected = file.digest.partition(":")
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
        if digest != expected:
            raise FetchError(f"Its {kind} is {digest} instead of {expected}.")
    if file.check is not None:
        file.check(path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _root_cause(error: Exception) -> str:
    """Describe the innermost cause: requests wraps the error of urllib3, which wraps the error of the operating system."""
    cause: Any = error
    while getattr(cause, "reason", None) or (cause.args and isinstance(cause.args[0], Exception)):
        cause = getattr(cause, "reason", None) or cause.args[0]
    return str(cause).rpartition(": ")[2] or type(cause).__name__
