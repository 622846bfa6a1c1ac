"""Attack a server on this machine as hostile visitors may: ``python -m benchmarks.attackers ADDRESS --seconds 60``.

Each attacker goes through the five attacks, and each starts with a different one. The program prints how often each attack was
made, and how often the server cut it short.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import string
import time
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import cache
from urllib.parse import urlsplit

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import WebSocketException

from benchmarks.app_session import AppSession, AppSessionError
from benchmarks.hostile import slow_jpeg

LARGE_MESSAGE = 10_000_000
CLAUSES, QUERIES, SUGGESTIONS = 30, 10, 100
SLOW_PICTURES = 60
UPLOAD, UPLOADS, SESSIONS = 48_000_000, 20, 10
BATCHES, NAMES = 10, 2_500
"""The number of messages, and of refused names in each. With 300 letters for each name, a message is just below the size limit."""
Attack = Callable[[str, str], Awaitable[None]]
_REFUSED = (AppSessionError, WebSocketException, requests.RequestException, OSError, TimeoutError, EOFError)


async def large_message(server: str, client: str) -> None:
    """Send one message of 10 MB with millions of empty widgets."""
    async with AppSession(server, "text_search", client) as session:
        await session.send_bytes(_widgets())


async def refused_names(server: str, client: str) -> None:
    """Report ten times that thousands of files were refused, with long names."""
    async with AppSession(server, "photos", client) as session:
        for number in range(1, BATCHES + 1):
            names = [[f"{number}-{name}".ljust(300, "x"), "is too large."] for name in range(NAMES)]
            await session.trigger("dropzone", "batch", [number, [], names, 0])


async def slow_zip(server: str, client: str) -> None:
    """Upload a zip of 60 slow pictures, and leave."""
    async with AppSession(server, "photos", client) as session:
        await session.send(await session.sent_to_drop({"slow.zip": _slow_zip()}))
        await asyncio.sleep(2)


async def expensive_questions(server: str, client: str) -> None:
    """Send queries of 30 unknown words, and many requests for suggestions at a time."""
    rng = random.Random()

    def unknown() -> str:
        return "".join(rng.choices(string.ascii_lowercase, k=12))

    def suggestions() -> None:
        for _ in range(SUGGESTIONS):
            requests.get(f"{server}/suggest?q=red {unknown()[:2]}", headers={"X-Forwarded-For": client}, timeout=60)

    asking = [asyncio.to_thread(suggestions) for _ in range(3)]

    async def queries() -> None:
        async with AppSession(server, "text_search", client) as session:
            for _ in range(QUERIES):
                await session.run(q=" + ".join(unknown() for _ in range(CLAUSES)))

    await asyncio.gather(queries(), *asking)


async def unfinished_uploads(server: str, client: str) -> None:
    """Begin 20 uploads of 48 MB in ten sessions, and keep the last bytes back."""
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(AppSession(server, "photos", client)) for _ in range(SESSIONS)]
        paths = [f"/{session.components('dropzone')[0][5].lstrip('/')}/{number}" for session in sessions for number in (1, 2)]
        await asyncio.gather(*(_begin_upload(server, client, path) for path in paths[:UPLOADS]))


async def _begin_upload(server: str, client: str, path: str) -> None:
    host = urlsplit(server)
    _, writer = await asyncio.open_connection(host.hostname, host.port)
    head = f"PUT {path} HTTP/1.1\r\nHost: {host.netloc}\r\nX-Forwarded-For: {client}\r\nContent-Length: {UPLOAD}\r\n\r\n"
    with suppress(OSError):
        writer.write(head.encode())
        for _ in range(UPLOAD // 1_000_000 - 1):
            writer.write(bytes(1_000_000))
            await writer.drain()
        await asyncio.sleep(3)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@cache
def _widgets() -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="x")
    one = message.rerun_script.widget_states.SerializeToString()
    states = one * (LARGE_MESSAGE // len(one))
    message = BackMsg()
    message.rerun_script.widget_states.MergeFromString(states)
    return bytes(message.SerializeToString())


@cache
def _slow_zip() -> bytes:
    buffer, slow = io.BytesIO(), slow_jpeg(16, 99)
    with zipfile.ZipFile(buffer, "w") as packed:
        for number in range(SLOW_PICTURES):
            packed.writestr(f"{number}.jpg", slow + bytes([number]))
    return buffer.getvalue()


ATTACKS: tuple[Attack, ...] = (large_message, refused_names, slow_zip, expensive_questions, unfinished_uploads)


async def attack(server: str, seconds: float, attackers: int) -> dict[str, dict[str, int]]:
    """Attack for some seconds. Returns how often each attack was made, and how often the server cut it short."""
    end, made, refused = time.monotonic() + seconds, Counter[str](), Counter[str]()

    async def attacker(number: int) -> None:
        turn = number
        while time.monotonic() < end:
            one = ATTACKS[turn % len(ATTACKS)]
            turn += 1
            made[one.__name__] += 1
            try:
                async with asyncio.timeout(max(1.0, end - time.monotonic())):
                    await one(server, f"10.2.0.{number + 1}")
            except _REFUSED:
                refused[one.__name__] += 1
                await asyncio.sleep(0.2)

    await asyncio.gather(*(attacker(number) for number in range(attackers)))
    return {one.__name__: {"made": made[one.__name__], "cut short": refused[one.__name__]} for one in ATTACKS}


def main() -> None:
    """Attack, and print the numbers of attacks as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("server", help="the address of a server on this machine")
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--attackers", type=int, default=5)
    chosen = options.parse_args()
    if urlsplit(chosen.server).hostname != "127.0.0.1":
        options.error("Only http://127.0.0.1 may be attacked.")
    _widgets(), _slow_zip()
    print(json.dumps(asyncio.run(attack(chosen.server, chosen.seconds, chosen.attackers))))


if __name__ == "__main__":
    main()
