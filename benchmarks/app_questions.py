"""Ask a running app about a collection in every way that pages, their routes and the API do, and note what must not be."""

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
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests
from websockets.exceptions import WebSocketException

from benchmarks.app_session import AppSession, AppSessionError
from ui.views import CARD

SLOWEST = 5.0  # seconds
WARM_TRIES = 5
PARTS = 5
"""Into how many parts the questions about a collection are divided, so that more mutations can be tried."""
_QUIET = re.compile(rb": UserWarning: ")
"""A warning for developers, such as one of NumPy about the version of a file. The line of code follows it."""
Question = TypeVar("Question")
_UNEXPECTED = "Something went wrong"
_LOST = (WebSocketException, requests.RequestException, OSError, TimeoutError, EOFError)


@dataclass
class Asked:
    """What the answers to questions about one collection were.

    Attributes:
        answers: How many there were.
        refused: How many of them said that something of the collection is wrong.
        problems: A sentence for each one that must not be.
        slowest: The seconds of the slowest.
    """

    answers: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    slowest: float = 0.0


class AppQuestions:
    """Asks one server.

    Args:
        server: Its address.
        pid: Its process.
        log: The file that its events are written to.
    """

    def __init__(self, server: str, pid: int, log: Path) -> None:
        self._server, self._pid, self._log, self._read = server, pid, log, 0
        self._http = requests.Session()

    async def ask(self, name: str, item: str, part: int | None = None) -> Asked:
        """Ask about a collection that may be damaged.

        Args:
            name: The collection.
            item: The id of one of its images.
            part: Which part of the questions, or None for all. Searching is in every part.
        """
        return await self._ask(name, _part(_pages(item), part), _part(_paths(name, item), part), may_refuse=True)

    async def ask_intact(self, name: str, item: str, part: int | None = None) -> Asked:
        """Ask about a collection that must work. Takes what ``ask`` does."""
        return await self._ask(name, _part(_pages(item), part), _part(_paths(name, item), part), may_refuse=False)

    async def warm_up(self, items: dict[str, str]) -> None:
        """Ask everything about intact collections, name → an item, until all answers are right: the server loads the model first.

        Raises:
            RuntimeError: They do not become right.
        """
        for _ in range(WARM_TRIES):
            problems = [problem for name, item in items.items() for problem in (await self.ask_intact(name, item)).problems]
            if not problems:
                return
        raise RuntimeError("\n".join(problems))

    async def _ask(self, name: str, pages: dict[str, dict[str, str]], paths: dict[str, str], may_refuse: bool) -> Asked:
        asked = Asked()
        for page, parameters in pages.items():
            await self._note(f"page {page or 'home'}", asked, may_refuse, partial(self._page, page, collection=name, **parameters))
        for path in paths.values():
            await self._note(path, asked, may_refuse, partial(self._get, path))
        asked.problems += [f"in the log: {line}" for line in self._errors_in_log()]
        return asked

    async def _note(self, question: str, asked: Asked, may_refuse: bool, ask: Callable[[], Awaitable[str]]) -> None:
        """Wait for an answer, which is "" or a refusal."""
        began, worked = time.perf_counter(), cpu_seconds(self._pid)
        try:
            refusal = await ask()
            if time.perf_counter() - began > SLOWEST and cpu_seconds(self._pid) - worked < SLOWEST:
                began = time.perf_counter()  # the machine may have been busy
                refusal = await ask()
        except _LOST as error:
            asked.problems.append(f"{question}: no answer ({type(error).__name__} {error})")
            return
        except _Unexpected as error:
            asked.problems.append(f"{question}: {error}")
            return
        seconds, worked = time.perf_counter() - began, cpu_seconds(self._pid) - worked
        if seconds > SLOWEST:
            asked.problems.append(f"{question}: {seconds:.1f} seconds, and {worked:.1f} seconds of CPU in all")
        asked.slowest = max(asked.slowest, seconds)
        asked.answers += 1
        asked.refused += bool(refusal)
        if refusal and not may_refuse:
            asked.problems.append(f"{question}: {refusal[:200]}")

    async def _page(self, page: str, **parameters: str) -> str:
        session = AppSession(self._server, page.partition(" ")[0], **parameters)
        try:
            async with session:
                pass
        except AppSessionError as error:
            if _UNEXPECTED in session.text() or any(element.HasField("exception") for element in session.elements.values()):
                raise _Unexpected(str(error)) from error
            return str(error)
        if _UNEXPECTED in session.text():
            raise _Unexpected(_UNEXPECTED)
        for _, settings in session.components("live_results"):
            return await self._get(f"{settings['source']}&q=dog") if settings["source"] else ""
        return ""

    async def _get(self, path: str) -> str:
        answer = await asyncio.to_thread(self._http.get, f"{self._server}/{path}", timeout=60)
        if answer.status_code >= 500 and answer.status_code != 503:
            raise _Unexpected(f"status {answer.status_code}")
        return "" if answer.ok else f"status {answer.status_code}: {answer.text[:200]}"

    def _errors_in_log(self) -> list[str]:
        """Return the lines that were written since the last call and are no event of the app, or one of an error."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines = log.read().splitlines()
            self._read = log.tell()
        return [line.decode("utf-8", "replace")[:500] for line in lines if line.strip() and not _is_harmless(line)]


def cpu_seconds(pid: int) -> float:
    """Return the seconds of CPU that a process has used. 0 if it has ended."""
    with suppress(OSError):
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


class _Unexpected(Exception):
    """An answer that shows a bug."""


def _is_harmless(line: bytes) -> bool:
    try:
        event: Any = json.loads(line)
    except ValueError:
        return _QUIET.search(line) is not None or line.startswith(b"  ")
    return isinstance(event, dict) and event.get("level") != "error"


def _part(questions: dict[str, Question], part: int | None) -> dict[str, Question]:
    """Return the first question and every ``PARTS``-th of the others, or all."""
    names = list(questions)
    chosen = names if part is None else [names[0], *names[1 + part % PARTS :: PARTS]]
    return {name: questions[name] for name in chosen}


def _pages(item: str) -> dict[str, dict[str, str]]:
    """Return the pages to open, each with the parameters of its address. What follows a space tells them apart."""
    return {
        "text_search": {"q": "dog"},
        "text_search open": {"q": "dog", "open": item},  # runs the model, which takes most of the time
        "": {"q": "dog"},
        "text_search like": {"q": f"like:{item} + cat"},
        "image_search": {"item": item},
        "explorer": {"q": "dog", "item": item},
        "labels": {"item": item},
    }


def _paths(name: str, item: str) -> dict[str, str]:
    """Return the addresses to request."""
    asked = urlencode({"collection": name, "q": "a dog on the grass", "captions": "true", "limit": 5})
    return {
        "search": f"api/v1/search?{asked}",
        "ready": "ready",
        "suggestions": f"suggest?q=do&c={name}",
        "labels": f"suggest?q=&c={name}",
        "map": f"map-data/{name}",
        "map of Home": f"map-preview/{name}",
        "picture": f"pictures/{name}/images/{item}.webp",
        "card": f"{CARD}?collection={name}&q=dog&page=text_search",
        "collections": "api/v1/collections",
        "collection": f"api/v1/collections/{name}",
        "item": f"api/v1/collections/{name}/items/{item}",
        "thumbnail": f"api/v1/collections/{name}/thumbnails/{item}",
        "filtered": f"api/v1/search?{asked}&category=animals&not_label=cat",
    }
