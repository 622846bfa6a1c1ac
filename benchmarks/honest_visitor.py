"""A visitor who searches, opens pictures, reads suggestions and loads images, and notes how long each takes and what fails."""

from __future__ import annotations

import asyncio
import csv
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from websockets.exceptions import WebSocketException

from benchmarks.app_session import TIMEOUT, AppSession, AppSessionError
from benchmarks.visitors import warm
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from ui.query.examples import QUERIES

_COLLECTION = BUNDLED_ARTIFACTS / "collections/photos"
PAUSE = (2.0, 6.0)
"""The shortest and the longest pause between two actions, in seconds."""
IMAGES = 6
POOL = 10
"""How many queries there are, each with its own pictures. A visitor opens the first picture of a query."""
WARM_TRIES = 5
"""How often to wait for the model. On a busy machine, loading it takes longer than an answer may take."""
SEARCHES = 5
"""How many searches before the visitor opens a new page."""


@dataclass
class VisitLog:
    """The answers to the visitors.

    Attributes:
        seconds: How long each answer took, by kind.
        errors: A sentence for each answer that was wrong or did not come.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    async def note(self, kind: str, answer: Awaitable[None]) -> None:
        """Wait for an answer, and note it."""
        began = time.perf_counter()
        try:
            await answer
        except (AppSessionError, WebSocketException, requests.RequestException, OSError, TimeoutError, EOFError) as error:
            self.errors.append(f"{kind}: {type(error).__name__} {error}"[:300])
        else:
            self.seconds.setdefault(kind, []).append(time.perf_counter() - began)


class Visitor:
    """One visitor with an address of its own.

    Args:
        server: The address of the server.
        number: Chooses the address and the queries.
        log: Where the answers are noted.
    """

    def __init__(self, server: str, number: int, log: VisitLog) -> None:
        self._server, self._log, self._rng = server, log, random.Random(number)
        self._client = f"10.1.{number // 250}.{number % 250 + 1}"
        self._http = requests.Session()
        self._http.headers["X-Forwarded-For"] = self._client

    async def stay(self, is_over: Callable[[], bool]) -> None:
        """Open one page after the other until the time is over."""
        rows = self.rows()
        while not is_over():
            session = AppSession(self._server, "text_search", self._client)
            await self._log.note("first page", self._enter(session))
            for _ in range(SEARCHES):
                if is_over():
                    break
                await self._search(session, rows)
            with suppress(AttributeError, WebSocketException):  # it was never connected
                await session.__aexit__(None, None, None)

    @staticmethod
    def rows() -> list[dict[str, str]]:
        """Return the rows of the collection's table."""
        return list(csv.DictReader((_COLLECTION / "items.csv").read_text("utf-8").splitlines()))

    async def _enter(self, session: AppSession) -> None:
        await session.__aenter__()

    async def _search(self, session: AppSession, rows: list[dict[str, str]]) -> None:
        place = self._rng.randrange(POOL)
        query, chosen = QUERIES[place], rows[place * IMAGES : (place + 1) * IMAGES]
        await self._pause()
        await self._log.note("suggestions", self._get(f"suggest?q={query[:4]}"))
        await self._log.note("search", self._run(session, "Similar words", q=query, open=""))
        for row in chosen:
            await self._log.note("image", self._get(f"pictures/photos/{row['file']}"))
        await self._pause()
        await self._log.note("open", self._run(session, "Similar in meaning", open=chosen[0]["id"]))

    async def _run(self, session: AppSession, expected: str, **parameters: str) -> None:
        await session.run(**parameters)
        if expected not in session.text():
            raise AppSessionError(f"no “{expected}” for {parameters}, but {session.text()[-200:]!r}")

    async def _get(self, path: str) -> None:
        def get() -> None:
            answer = self._http.get(f"{self._server}/{path}", timeout=TIMEOUT)
            answer.raise_for_status()
            if not answer.content:
                raise AppSessionError(f"{path} is empty")

        await asyncio.to_thread(get)

    async def _pause(self) -> None:
        await asyncio.sleep(self._rng.uniform(*PAUSE))


async def warm_up(server: str) -> None:
    """Load the model, and ask every question of the visitors once, so that the caches of the server are filled."""
    for _ in range(WARM_TRIES):
        with suppress(TimeoutError):
            await warm(server)
            break
    rows = Visitor.rows()
    async with AppSession(server, "text_search") as session:
        for place in range(POOL):
            await session.run(q=QUERIES[place], open=rows[place * IMAGES]["id"])


async def visit(server: str, visitors: int, is_over: Callable[[], bool], log: VisitLog) -> None:
    """Let ``visitors`` use the app at the same time until it is over."""

    async def arrive(number: int) -> None:
        await asyncio.sleep(random.Random(number).uniform(0, PAUSE[1]))
        await Visitor(server, number, log).stay(is_over)

    await asyncio.gather(*(arrive(number) for number in range(visitors)))


def memory(pid: int) -> int:
    """Return the resident bytes of a server and the processes that it has started. 0 if it has ended."""
    with suppress(OSError):
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
        return resident(pid) + sum(map(resident, children))
    return 0


def resident(pid: int) -> int:
    """Return the resident bytes of one process. 0 if it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return 1024 * int(line.split()[1])
    return 0
