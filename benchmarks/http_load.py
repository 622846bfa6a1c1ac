"""Clients that send HTTP requests and take the time of each answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

HOST = "127.0.0.1"


@dataclass
class Answers:
    """What the clients of one run got.

    Attributes:
        seconds: The seconds of each answer.
        errors: A description of each error.
        duration: The seconds of the run.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    duration: float = 0.0

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.seconds) / self.duration

    def quantile(self, share: float) -> float:
        """Return a quantile of the time of an answer, in milliseconds."""
        return 1000 * sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


class Connection:
    """A connection to a server. It is opened again if the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """Return the status of an answer, once it has been read whole.

        A connection that the server has closed while it was idle is opened again, as every client does.
        """
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        if head.startswith("http/1.0") or "connection: close" in head:
            self.close()
        return int(head.split()[1])

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def closed_loop(port: int, path: str, texts: Sequence[str], clients: int) -> Answers:
    """Let each client send its next request as soon as it has its answer. Returns what all of them got."""
    answers, waiting, started = Answers(), iter(texts), time.perf_counter()

    async def client() -> None:
        connection = Connection(port)
        for text in waiting:
            await _ask(connection, path, text, answers)
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    answers.duration = time.perf_counter() - started
    return answers


async def paced(port: int, path: str, texts: Sequence[str], clients: int, rate: float) -> Answers:
    """Let the clients send ``rate`` requests in a second together, at random moments. Returns what all of them got."""
    answers, waiting, started = Answers(), iter(texts), time.perf_counter()

    async def client(pauses: Iterator[float]) -> None:
        connection = Connection(port)
        for text in waiting:
            await asyncio.sleep(next(pauses))
            await _ask(connection, path, text, answers)
        connection.close()

    await asyncio.gather(*(client(_pauses(random.Random(number), rate / clients)) for number in range(clients)))
    answers.duration = time.perf_counter() - started
    return answers


async def _ask(connection: Connection, path: str, text: str, answers: Answers) -> None:
    began = time.perf_counter()
    try:
        status = await connection.get(path + quote(text))
    except (OSError, EOFError) as error:
        connection.close()
        answers.errors.append(f"{text}: {type(error).__name__}")
        return
    answers.seconds.append(time.perf_counter() - began)
    if status != 200:
        answers.errors.append(f"{text}: status {status}")


def _pauses(rng: random.Random, rate: float) -> Iterator[float]:
    while True:
        yield rng.expovariate(rate)
