"""Simulate fifty visitors over real websockets. Measure how long answers take and whether the server's memory grows."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.app_session import TIMEOUT, AppSession, AppSessionError
from benchmarks.server import serving
from benchmarks.table import print_table
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from ui.query.examples import QUERIES

SEARCHES = 20
PICTURES = BUNDLED_ARTIFACTS / "collections/photos/images"
WORDS = BUNDLED_ARTIFACTS / "nouns.txt"
INTERVAL = 3.0
"""Seconds between two samples of the server's memory."""


@dataclass
class LoadLog:
    """What the visitors and the server did.

    Attributes:
        answers: The seconds of each answer, by kind.
        errors: A description of each error.
        memory: Samples of the server's memory: seconds since the start, and bytes.
    """

    answers: dict[str, list[float]] = field(default_factory=lambda: {"search": [], "label": []})
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


async def search(address: str, rng: random.Random, pause: Callable[[], Awaitable[None]], log: LoadLog, nouns: list[str]) -> None:
    """Search as one visitor. Half of the queries are examples of the app, half are random nouns."""
    async with AppSession(address, "text_search") as session:
        for _ in range(SEARCHES):
            await pause()
            query = rng.choice([query for query in QUERIES if query != session.query] if rng.random() < 0.5 else nouns)
            began = time.perf_counter()
            await session.run(q=query)
            log.answers["search"].append(time.perf_counter() - began)
            if [box[0] for box in session.components("searchbox")] != [query] or "match well" not in session.text():
                log.errors.append(f"no answer to {query!r}")


async def label(address: str, rng: random.Random, pause: Callable[[], Awaitable[None]], log: LoadLog) -> None:
    """Label images as one visitor. Each image is uploaded, decoded and encoded."""
    files = sorted(PICTURES.iterdir())
    async with AppSession(address, "labels") as session:
        await session.choose("Choose a picture", "Upload")
        for _ in range(SEARCHES):
            await pause()
            file = rng.choice(files)
            content = await asyncio.to_thread(file.read_bytes)
            began = time.perf_counter()
            await session.upload("A picture", file.name, content)
            log.answers["label"].append(time.perf_counter() - began)
            if "Best name" not in session.text():
                log.errors.append(f"no label for {file.name}")


async def record_errors(name: str, session: Awaitable[None], log: LoadLog) -> None:
    """Wait for a session and log its error, if it has one."""
    try:
        await session
    except (AppSessionError, OSError, TimeoutError, EOFError) as error:
        log.errors.append(f"{name}: {type(error).__name__} {error}")


async def sample_memory(pid: int, log: LoadLog) -> None:
    """Log the server's memory at intervals, until cancelled."""
    began = time.monotonic()
    while True:
        log.memory.append((time.monotonic() - began, resident(pid)))
        await asyncio.sleep(INTERVAL)


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes. Works on Linux."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


async def crowd(address: str, pid: int, visitors: int, labelling: int, minutes: float) -> LoadLog:
    """Run all visitors at the same time. Random pauses spread the requests of each over about ``minutes``."""
    log, mean = LoadLog(), 60 * minutes / SEARCHES
    nouns = [line.split("\t")[0] for line in WORDS.read_text("utf-8").splitlines()[:8000]]

    async def visitor(number: int) -> None:
        rng = random.Random(number)

        async def pause() -> None:
            await asyncio.sleep(rng.uniform(mean / 3, 5 * mean / 3))

        await asyncio.sleep(rng.uniform(0, mean))
        session = label(address, rng, pause, log) if number < labelling else search(address, rng, pause, log, nouns)
        await record_errors(f"visitor {number}", session, log)

    sampling = asyncio.create_task(sample_memory(pid, log))
    await asyncio.gather(*(visitor(number) for number in range(visitors)))
    sampling.cancel()
    return log


def growth(samples: list[tuple[float, int]]) -> float:
    """Return the relative growth of memory over the second half: its last tenth compared with its first."""
    half = [size for _, size in samples[len(samples) // 2 :]]
    tenth = max(1, len(half) // 10)
    return sum(half[-tenth:]) / sum(half[:tenth]) - 1


def quantile(times: list[float], share: float) -> str:
    """Return a quantile in seconds, as text."""
    return f"{sorted(times)[min(len(times) - 1, int(share * len(times)))]:.2f}"


def report(title: str, log: LoadLog, target: float) -> None:
    """Print the table of one run.

    Args:
        title: The title of the table.
        log: What was measured.
        target: The 95th percentile of a search to reach, in seconds.
    """
    rows = [
        [
            f"{kind}: answers; p50, p95, p99 in s",
            f"{len(times)}; {quantile(times, 0.5)}, {quantile(times, 0.95)}, {quantile(times, 0.99)}",
        ]
        for kind, times in log.answers.items()
        if times
    ]
    sizes = [size for _, size in log.memory]
    rows += [
        [f"target for searches: p95 ≤ {target:g} s", ""],
        ["errors, target 0", str(len(log.errors))],
        ["resident memory, half-way and at the end, in MB", f"{sizes[len(sizes) // 2] / 1e6:.0f}, {sizes[-1] / 1e6:.0f}"],
        ["growth over the second half, target ≤ 5%", f"{growth(log.memory):+.1%}"],
        ["load of this machine in the last minute", f"{os.getloadavg()[0]:.1f}"],
    ]
    print_table(title, ["result", "measured"], rows)
    for error in log.errors[:10]:
        print(f"  {error}")


async def warm(address: str) -> None:
    """Label one image before the measurement, so that the model is loaded."""
    file = next(iter(sorted(PICTURES.iterdir())))
    async with asyncio.timeout(2 * TIMEOUT), AppSession(address, "labels") as session:
        await session.choose("Choose a picture", "Upload")
        await session.upload("A picture", file.name, file.read_bytes())


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0, help="how long each run lasts (default: %(default)s)")
    options.add_argument("--visitors", type=int, default=50)
    options.add_argument(
        "--labelling", type=int, nargs="*", default=[0, 10], help="how many of them label images, for each run (default: 0 10)"
    )
    chosen = options.parse_args()
    for labelling in chosen.labelling:
        with serving(SEMBLANCE_PRELOAD="1" if labelling else "0") as (address, pid):
            if labelling:
                asyncio.run(warm(address))
            log = asyncio.run(crowd(address, pid, chosen.visitors, labelling, chosen.minutes))
        report(
            f"{chosen.visitors} visitors for {chosen.minutes:g} minutes, {labelling} of them labelling images",
            log,
            1.5 if labelling else 1.0,
        )


if __name__ == "__main__":
    main()
