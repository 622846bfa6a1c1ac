"""One file over HTTP: politely, going on from a half file, and in its place only when it is what it should be."""

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

from devise_core.errors import DeviseError, FetchError

PART = ".part"
AGENT = f"devise-search/0.1 (semantic image search; fetches public data sets) {requests.utils.default_user_agent()}"
_CHUNK = 1 << 18
_BUSY = (429, 500, 502, 503, 504)  # worth asking again

Progress = Callable[[int, int | None], Any]  # bytes more (negative: in vain), and of the whole file where that is known


class UnreachableError(FetchError):
    """The server does not answer, or breaks off again and again."""


@dataclass(frozen=True)
class Manner:
    """How a server is treated. ``timeout``: seconds to connect, and between two chunks; ``backoff``: seconds, doubled each try."""

    timeout: float = 30.0
    tries: int = 5
    backoff: float = 0.5
    per_second: float = 8.0
    redirects: int = 5


@dataclass(frozen=True)
class Wanted:
    """A file: where from, where to, and what it must be. ``check`` is given the whole file and raises ``DeviseError``."""

    url: str
    target: Path
    size: int | None = None
    digest: str | None = None
    page: bool = False
    check: Callable[[Path], object] | None = None


class Client:
    """Downloads; safe to share among threads, which keep to one rate of requests together."""

    def __init__(self, manner: Manner = Manner()) -> None:
        self.manner = manner
        self._sessions = threading.local()  # a requests session is not for several threads
        self._lock, self._next, self._stopped = threading.Lock(), 0.0, threading.Event()
        self._why = ""

    def stop(self, why: str = "The download was stopped.") -> None:
        """Every download under way ends at its next chunk, and none begins; half files stay for the next run."""
        self._why = why
        self._stopped.set()

    def download(self, wanted: Wanted, progress: Progress = lambda *_: None) -> None:
        """Fetch one file; half of it waits as ``….part``.

        Raises ``FetchError``: refused, not what it should be, or (``UnreachableError``) no answer.
        """
        part = wanted.target.with_name(wanted.target.name + PART)
        part.parent.mkdir(parents=True, exist_ok=True)
        had = _size(part)
        self._receive(wanted, part, progress)
        try:
            _verify(wanted, part)
        except DeviseError as error:
            progress(-_size(part), None)
            part.unlink()
            if not had:
                raise FetchError(f"{wanted.url} is not what it should be: {error}") from error
            self.download(wanted, progress)  # the old half and the new one may be of two versions
            return
        part.replace(wanted.target)

    def _receive(self, wanted: Wanted, part: Path, progress: Progress) -> None:
        """Fill ``part``, asking for the rest as often as the connection breaks."""
        counted, broke = 0, ""
        for attempt in range(self.manner.tries):
            self._pause(self.manner.backoff * 2 ** (attempt - 1) if attempt else 0)
            have = _size(part)
            with self._ask(wanted, have) as response:
                start, total = _extent(response)
                if have and response.status_code == 416 and total == have:  # stopped between the last byte and the renaming
                    progress(have - counted, total)
                    return
                if have and (response.status_code == 416 or start not in {0, have}):
                    part.unlink()
                    continue
                _refuse(wanted, response, total)
                progress(start - counted, total)
                broke = self._write(response, part, start, progress)
                counted = _size(part)
                if not broke:
                    return
        raise UnreachableError(f"{wanted.url} broke off {self.manner.tries} times, at last after {_size(part):,} bytes ({broke}).")

    def _write(self, response: requests.Response, part: Path, start: int, progress: Progress) -> str:
        """Write the body at the end of ``part``; returns what broke it off, "" where it came whole."""
        with part.open("ab" if start else "wb") as file:
            try:
                # As it is stored: requests would unpack a .tgz that its server calls gzip-encoded. read1 loses no byte at a break.
                while chunk := response.raw.read1(_CHUNK, decode_content=False):
                    file.write(chunk)
                    progress(len(chunk), None)
                    self._pause(0)
            except HTTPError as error:
                return _spoken(error)
        return ""

    def _ask(self, wanted: Wanted, have: int) -> requests.Response:
        self._take_turn()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            return self._session().get(wanted.url, headers=headers, stream=True, timeout=self.manner.timeout)
        except requests.TooManyRedirects as error:
            raise FetchError(f"{wanted.url} redirects more than {self.manner.redirects} times.") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise UnreachableError(f"{wanted.url} does not answer ({_spoken(error)}).") from error
        except requests.RequestException as error:
            raise FetchError(f"{wanted.url} cannot be asked for ({error}).") from error

    def _session(self) -> requests.Session:
        if not hasattr(self._sessions, "session"):
            manner, session = self.manner, requests.Session()
            again = Retry(
                manner.tries - 1, backoff_factor=manner.backoff, status_forcelist=_BUSY, raise_on_status=False, retry_after_max=60
            )
            session.mount("http://", HTTPAdapter(max_retries=again))
            session.mount("https://", HTTPAdapter(max_retries=again))
            session.headers["User-Agent"] = AGENT
            session.max_redirects = manner.redirects
            self._sessions.session = session
        session = self._sessions.session
        assert isinstance(session, requests.Session)
        return session

    def _take_turn(self) -> None:
        with self._lock:
            now = monotonic()
            turn = max(now, self._next)
            self._next = turn + 1 / self.manner.per_second
        self._pause(turn - now)

    def _pause(self, seconds: float) -> None:
        if self._stopped.wait(seconds) if seconds > 0 else self._stopped.is_set():
            raise FetchError(self._why)


def _extent(response: requests.Response) -> tuple[int, int | None]:
    """The first byte that is sent, and the length of the whole file (None where the server does not say)."""
    if span := re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")):
        return int(span[1] or 0), None if span[2] == "*" else int(span[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _refuse(wanted: Wanted, response: requests.Response, total: int | None) -> None:
    """Raise ``FetchError`` where the answer's head shows already that it is not the file."""
    if response.status_code not in {200, 206}:
        kind = UnreachableError if response.status_code in _BUSY else FetchError
        raise kind(f"{wanted.url} answered {response.status_code} ({response.reason}).")
    if not wanted.page and response.headers.get("Content-Type", "").startswith("text/html"):
        raise FetchError(f"{wanted.url} answered with a web page instead of the file.")
    if wanted.size is not None and total is not None and total != wanted.size:
        raise FetchError(f"{wanted.url} has {total:,} bytes instead of the {wanted.size:,} that are published.")


def _verify(wanted: Wanted, path: Path) -> None:
    if wanted.size is not None and (found := _size(path)) != wanted.size:
        raise FetchError(f"it has {found:,} bytes instead of {wanted.size:,}.")
    if wanted.digest is not None:
        kind, _, digest = wanted.digest.partition(":")
        with path.open("rb") as file:
            found_digest = hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
        if found_digest != digest:
            raise FetchError(f"its {kind} is {found_digest} instead of {digest}.")
    if wanted.check is not None:
        wanted.check(path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _spoken(error: Exception) -> str:
    """The innermost cause in a few words: requests wraps urllib3's error, which wraps the system's."""
    inner: Any = error
    while getattr(inner, "reason", None) or (inner.args and isinstance(inner.args[0], Exception)):
        inner = getattr(inner, "reason", None) or inner.args[0]
    return str(inner).rpartition(": ")[2] or type(inner).__name__
