"""Open and leave many sessions, some with pictures, and compare the server's memory before and after.

With ``--soak HOURS`` visitors stay for hours instead, and the growth of memory after the first 15 minutes is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import time

from PIL import Image

from benchmarks.app_session import AppSession
from benchmarks.honest_visitor import VisitLog, memory, visit, warm_up
from benchmarks.server import serving
from benchmarks.table import print_table

AT_A_TIME = 8
SETTLE = 150.0
"""Seconds to wait before a measurement. Streamlit keeps a session for two minutes after its browser has left."""
PICTURES = 3
SAMPLE_SECONDS, FIRST_MINUTES = 30.0, 15.0


async def open_and_leave(server: str, count: int, with_pictures: int) -> VisitLog:
    """Open ``count`` sessions, of which ``with_pictures`` add pictures, and leave each one."""
    log, slots = VisitLog(), asyncio.Semaphore(AT_A_TIME)

    async def session(number: int) -> None:
        async with slots:
            if number * with_pictures // count == (number + 1) * with_pictures // count:
                await log.note("search", _search(server))
            else:
                await log.note("pictures", _add_pictures(server, number))

    await asyncio.gather(*(session(number) for number in range(count)))
    return log


async def _search(server: str) -> None:
    async with AppSession(server, "text_search") as session:
        await session.run(q="violin")


async def _add_pictures(server: str, number: int) -> None:
    async with AppSession(server, "photos") as session:
        await session.drop_pictures({f"{number}-{each}.png": _picture(number, each) for each in range(PICTURES)})


def _picture(number: int, each: int) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").rotate(number % 360 + each / 7).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


async def drop_sessions(server: str, pid: int, sessions: int, with_pictures: int) -> None:
    """Measure memory before and after, and print the table."""
    await warm_up(server)
    first = await open_and_leave(server, max(AT_A_TIME, sessions // 20), max(1, with_pictures // 20))  # caches fill once
    await asyncio.sleep(SETTLE)
    before = memory(pid)
    log = await open_and_leave(server, sessions, with_pictures)
    peak = memory(pid)
    await asyncio.sleep(SETTLE)
    await _search(server)  # Streamlit forgets sessions when it stores another one
    await asyncio.sleep(5)
    after = memory(pid)
    rows = [
        ["memory before, at the end, and later, in MB", f"{before / 1e6:.0f}, {peak / 1e6:.0f}, {after / 1e6:.0f}"],
        ["memory later, target ≤ +10%", f"{after / before - 1:+.1%}"],
        ["errors, target 0", str(len(first.errors) + len(log.errors))],
        ["load of this machine in the last minute", f"{os.getloadavg()[0]:.1f}"],
    ]
    print_table(
        f"{sessions} sessions opened and left, {with_pictures} of them with {PICTURES} pictures", ["result", "measured"], rows
    )
    for error in [*first.errors, *log.errors][:10]:
        print(f"  {error}")


async def soak(server: str, pid: int, hours: float, visitors: int) -> None:
    """Let visitors use the app for hours, and print how much memory grows after the first minutes."""
    await warm_up(server)
    began, samples, log = time.monotonic(), list[tuple[float, int]](), VisitLog()

    async def sample() -> None:
        while True:
            samples.append(((time.monotonic() - began) / 60, memory(pid)))
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    await visit(server, visitors, lambda: time.monotonic() - began >= 3600 * hours, log)
    sampling.cancel()
    late = [size for minute, size in samples if minute >= FIRST_MINUTES] or [size for _, size in samples]
    tenth = max(1, len(late) // 10)
    growth = sum(late[-tenth:]) / sum(late[:tenth]) - 1
    rows = [
        ["answers", str(sum(map(len, log.seconds.values())))],
        ["errors, target 0", str(len(log.errors))],
        [f"growth of memory after {FIRST_MINUTES:g} minutes, target ≤ +3%", f"{growth:+.1%}"],
    ]
    print_table(f"{visitors} visitors for {hours:g} hours", ["result", "measured"], rows)
    for error in log.errors[:10]:
        print(f"  {error}")


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=1_000)
    options.add_argument("--with-pictures", type=int, default=200, help="how many of them add pictures (default: %(default)s)")
    options.add_argument("--soak", type=float, metavar="HOURS", help="let visitors stay for this many hours instead, such as 2")
    options.add_argument("--visitors", type=int, default=20, help="with --soak (default: %(default)s)")
    chosen = options.parse_args()
    with serving() as (server, pid):
        if chosen.soak:
            asyncio.run(soak(server, pid, chosen.soak, chosen.visitors))
        else:
            asyncio.run(drop_sessions(server, pid, chosen.sessions, chosen.with_pictures))


if __name__ == "__main__":
    main()
