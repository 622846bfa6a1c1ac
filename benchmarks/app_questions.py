"""Ask a running app about a collection in every way that its pages, their routes and its API do, and note what must not happen."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import requests
from websockets.exceptions import WebSocketException

from benchmarks.app_session import AppSession, AppSessionError
from benchmarks.collection_questions import pages_of, part_of, paths_of

SLOWEST = 5.0  # seconds
WARM_TRIES = 5
_QUIET = re.compile(rb": UserWarning: |^WARNING: All log messages before absl|^[IW]\d{4} |^To enable the following instructions")
"""Harmless lines of the log: warnings for developers, such as NumPy's about the version of a file, and TensorFlow's messages about
itself. The line of code that caused a warning follows it."""
_UNEXPECTED = "Something went wrong"
_LOST = (WebSocketException, requests.RequestException, OSError, TimeoutError, EOFError)


@dataclass
class Asked:
    """What the answers to questions about one collection or model were.

    Attributes:
        answers: How many there were.
        refusals: The texts of the answers that name something wrong.
        problems: A sentence for each answer that must not happen, except for slow ones.
        slow: A sentence for each one that took more than ``SLOWEST`` seconds, and not because the machine was busy.
        starved: How many took so long because the machine was busy.
        slowest: The seconds of the slowest.
        busiest: The most seconds of CPU that the server used during one of them, including its other work at that time.
    """

    answers: int = 0
    refusals: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    starved: int = 0
    slowest: float = 0.0
    busiest: float = 0.0


class AppQuestions:
    """Asks one server.

    Args:
        server: Its address.
        pid: Its process.
        log: The file that its events are written to.
    """

    def __init__(self, server: str, pid: int, log: Path) -> None:
        self._server, self._pid, self._log, self._read = server, pid, log, 0

    async def ask(self, name: str, item: str, part: int | None = None, file: str = "") -> Asked:
        """Ask about a collection that may be damaged. Several can be asked about at the same time.

        Args:
            name: The collection.
            item: The id of one of its images.
            part: Which part of the questions, or None for all. Searching is in every part.
            file: A file of the collection. If only a few questions read it, they are asked too.
        """
        pages, paths = part_of(pages_of(name, item), part, file), part_of(paths_of(name, item), part, file)
        return await self.ask_these(pages, paths)

    async def ask_intact(self, name: str, item: str, part: int | None = None) -> Asked:
        """Ask about a collection that must work. Takes what ``ask`` does, except for a file."""
        asked = await self.ask_these(part_of(pages_of(name, item), part), part_of(paths_of(name, item), part))
        asked.problems += asked.refusals
        return asked

    async def warm_up(self, items: dict[str, str]) -> None:
        """Ask everything about intact collections until all answers are right. Before that, the server has to load the model.

        Args:
            items: The name of each collection → the id of one of its images.

        Raises:
            RuntimeError: They do not become right.
        """
        for _ in range(WARM_TRIES):
            asked = [await self.ask_intact(name, item) for name, item in items.items()]
            problems = [problem for each in asked for problem in each.problems]
            if not problems:
                return
        raise RuntimeError("\n".join(problems))

    async def ask_these(
        self, pages: dict[str, dict[str, str]], paths: dict[str, str], uploads: dict[str, bytes] | None = None
    ) -> Asked:
        """Ask any questions.

        Args:
            pages: Pages, each with the parameters of its address. What follows a space tells entries for one page apart.
            paths: Addresses to request, each with a name.
            uploads: Addresses to send an image to.
        """
        asked = Asked()
        with requests.Session() as http:  # threads cannot share one
            for page, parameters in pages.items():
                await self._note(f"page {page or 'home'}", asked, partial(self._page, http, page, **parameters))
            for path in paths.values():
                await self._note(path, asked, partial(self._get, http, path))
            for path, image in (uploads or {}).items():
                await self._note(path, asked, partial(self._get, http, path, image))
        asked.problems += [f"in the log: {line}" for line in self._errors_in_log()]
        return asked

    async def _note(self, question: str, asked: Asked, ask: Callable[[], Awaitable[str]]) -> None:
        """Wait for an answer, which is "" or a refusal, and note it."""
        began, before = time.perf_counter(), CpuUse.of(self._pid)
        try:
            refusal = await ask()
        except _LOST as error:
            asked.problems.append(f"{question}: no answer ({type(error).__name__} {error})")
            return
        except UnexpectedAnswerError as error:
            asked.problems.append(f"{question}: {error}")
            return
        seconds, after = time.perf_counter() - began, CpuUse.of(self._pid)
        worked = after.worked - before.worked
        if seconds > SLOWEST > worked and after.explains(seconds, before):
            asked.starved += 1
        elif seconds > SLOWEST:
            asked.slow.append(f"{question}: {seconds:.1f} seconds, and {worked:.1f} seconds of CPU in all")
        asked.slowest, asked.busiest = max(asked.slowest, seconds), max(asked.busiest, worked)
        asked.answers += 1
        asked.refusals += [f"{question}: {refusal}"] if refusal else []

    async def _page(self, http: requests.Session, page: str, **parameters: str) -> str:
        session = AppSession(self._server, page.partition(" ")[0], **parameters)
        try:
            async with session:
                pass
        except AppSessionError as error:
            if _UNEXPECTED in session.text() or any(element.HasField("exception") for element in session.elements.values()):
                raise UnexpectedAnswerError(str(error)) from error
            return str(error)
        if _UNEXPECTED in session.text():
            raise UnexpectedAnswerError(_UNEXPECTED)
        for element in session.elements.values():
            check_json(element.bidi_component.json if element.HasField("bidi_component") else "{}")
        for _, settings in session.components("live_results"):
            return await self._get(http, f"{settings['source']}&q=dog") if settings["source"] else ""
        return ""

    async def _get(self, http: requests.Session, path: str, image: bytes = b"") -> str:
        method, files = ("POST", {"file": image}) if image else ("GET", None)
        answer = await asyncio.to_thread(http.request, method, f"{self._server}/{path}", files=files, timeout=60)
        if answer.status_code >= 500 and answer.status_code != 503:
            raise UnexpectedAnswerError(f"status {answer.status_code}")
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            check_json(answer.text)
        return "" if answer.ok else f"status {answer.status_code}: {answer.text[:600]}"

    def _errors_in_log(self) -> list[str]:
        """Return the lines that were written since the last call, without harmless lines and events that are no errors."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines = log.read().splitlines()
            self._read = log.tell()
        return [line.decode("utf-8", "replace")[:500] for line in lines if line.strip() and not _is_harmless(line)]


@dataclass(frozen=True)
class CpuUse:
    """How much a process has worked until now, and how long its first thread has waited for a core. All 0 if it has ended.

    Attributes:
        worked: The seconds of CPU of all threads.
        ran: Those of the first thread.
        waited: The seconds in which the first thread could have run, but another process did.
    """

    worked: float = 0.0
    ran: float = 0.0
    waited: float = 0.0

    @classmethod
    def of(cls, pid: int) -> CpuUse:
        """Return the use of a process."""
        with suppress(OSError):
            user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            ran, waited = (int(number) / 1e9 for number in Path(f"/proc/{pid}/schedstat").read_text().split()[:2])
            return cls((int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), ran, waited)
        return cls()

    def explains(self, seconds: float, before: CpuUse) -> bool:
        """Return whether an answer took ``seconds`` since ``before`` because other processes kept the machine busy.

        This assumes that every thread waited for a core as long as the first one did, for each second of work. A thread that waits
        for something else uses no CPU.
        """
        ran, waited = self.ran - before.ran, self.waited - before.waited
        slowdown = (ran + waited) / max(ran, 1e-3)
        return seconds < 2 * slowdown * (self.worked - before.worked) + 1


class UnexpectedAnswerError(Exception):
    """An answer that shows a bug."""


def check_json(text: str) -> None:
    """Raise ``UnexpectedAnswerError`` if a browser cannot parse ``text``, as with NaN, which Python writes and reads."""

    def refuse(name: str) -> None:
        raise UnexpectedAnswerError(f"{name} is not valid JSON")

    try:
        json.loads(text or "{}", parse_constant=refuse)
    except ValueError as error:
        raise UnexpectedAnswerError(f"not valid JSON: {error}") from error


def _is_harmless(line: bytes) -> bool:
    try:
        event: Any = json.loads(line)
    except ValueError:
        return _QUIET.search(line) is not None or line.startswith(b"  ")
    return isinstance(event, dict) and event.get("level") != "error"
