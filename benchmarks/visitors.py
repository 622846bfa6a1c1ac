"""Fifty visitors at a human pace over real websockets: how long an answer takes, and whether the server's memory stays flat."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.table import print_table
from benchmarks.visit import LATE, Visit, VisitError, serving
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from ui.query.examples import QUERIES

SEARCHES = 20
PICTURES = BUNDLED_ARTIFACTS / "collections/photos/images"
WORDS = BUNDLED_ARTIFACTS / "nouns.txt"
EVERY = 3.0
"""Seconds between two looks at the server's memory."""


@dataclass
class Log:
    """Seconds of each answer by kind, what went wrong, and (seconds, bytes) of the server's memory."""

    answers: dict[str, list[float]] = field(default_factory=lambda: {"search": [], "label": []})
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


async def search(address: str, chance: random.Random, pause: Callable[[], Awaitable[None]], log: Log, nouns: list[str]) -> None:
    """Half of the queries are those the app offers, half are nouns that few others type."""
    async with Visit(address, "text_search") as visit:
        for _ in range(SEARCHES):
            await pause()
            query = chance.choice([query for query in QUERIES if query != visit.asked] if chance.random() < 0.5 else nouns)
            began = time.perf_counter()
            await visit.run(q=query)
            log.answers["search"].append(time.perf_counter() - began)
            if [box[0] for box in visit.components("searchbox")] != [query] or "match well" not in visit.text():
                log.errors.append(f"no answer to {query!r}")


async def label(address: str, chance: random.Random, pause: Callable[[], Awaitable[None]], log: Log) -> None:
    """A picture of one's own each time, through the uploader: it is decoded, and the network runs."""
    files = sorted(PICTURES.iterdir())
    async with Visit(address, "labels") as visit:
        await visit.choose("Choose a picture", "Upload")
        for _ in range(SEARCHES):
            await pause()
            file = chance.choice(files)
            content = await asyncio.to_thread(file.read_bytes)
            began = time.perf_counter()
            await visit.upload("A picture", file.name, content)
            log.answers["label"].append(time.perf_counter() - began)
            if "Most likely" not in visit.text():
                log.errors.append(f"no label for {file.name}")


async def watched(name: str, visit: Awaitable[None], log: Log) -> None:
    try:
        await visit
    except (VisitError, OSError, TimeoutError, EOFError) as error:
        log.errors.append(f"{name}: {type(error).__name__} {error}")


async def memory(pid: int, log: Log) -> None:
    began = time.monotonic()
    while True:
        log.memory.append((time.monotonic() - began, resident(pid)))
        await asyncio.sleep(EVERY)


def resident(pid: int) -> int:
    """Bytes; Linux."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


async def crowd(address: str, pid: int, visitors: int, labelling: int, minutes: float) -> Log:
    """All visits at once; each pauses so long, by chance, that its questions take about so many ``minutes``."""
    log, mean = Log(), 60 * minutes / SEARCHES
    nouns = [line.split("\t")[0] for line in WORDS.read_text("utf-8").splitlines()[:8000]]

    async def one(number: int) -> None:
        chance = random.Random(number)

        async def pause() -> None:
            await asyncio.sleep(chance.uniform(mean / 3, 5 * mean / 3))

        await asyncio.sleep(chance.uniform(0, mean))
        visit = label(address, chance, pause, log) if number < labelling else search(address, chance, pause, log, nouns)
        await watched(f"visitor {number}", visit, log)

    looking = asyncio.create_task(memory(pid, log))
    await asyncio.gather(*(one(number) for number in range(visitors)))
    looking.cancel()
    return log


def growth(samples: list[tuple[float, int]]) -> float:
    """Of the memory over the second half: the mean of its last tenth over that of its first, less one."""
    half = [size for _, size in samples[len(samples) // 2 :]]
    tenth = max(1, len(half) // 10)
    return sum(half[-tenth:]) / sum(half[:tenth]) - 1


def at(times: list[float], share: float) -> str:
    return f"{sorted(times)[min(len(times) - 1, int(share * len(times)))]:.2f}"


def report(title: str, log: Log, wanted: float) -> None:
    rows = [
        [f"{kind}: answers; p50, p95, p99 in s", f"{len(times)}; {at(times, 0.5)}, {at(times, 0.95)}, {at(times, 0.99)}"]
        for kind, times in log.answers.items()
        if times
    ]
    sizes = [size for _, size in log.memory]
    rows += [
        [f"wanted of searches: p95 ≤ {wanted:g} s", ""],
        ["errors, wanted 0", str(len(log.errors))],
        ["resident memory, half-way and at the end, in MB", f"{sizes[len(sizes) // 2] / 1e6:.0f}, {sizes[-1] / 1e6:.0f}"],
        ["its growth over the second half, wanted ≤ 5%", f"{growth(log.memory):+.1%}"],
        ["load of this machine, mean of the last minute", f"{os.getloadavg()[0]:.1f}"],
    ]
    print_table(title, ["what", "measured"], rows)
    for error in log.errors[:10]:
        print(f"  {error}")


async def warm(address: str) -> None:
    """Once of each before anything is counted, as long as it takes to load the network."""
    file = next(iter(sorted(PICTURES.iterdir())))
    async with asyncio.timeout(2 * LATE), Visit(address, "labels") as visit:
        await visit.choose("Choose a picture", "Upload")
        await visit.upload("A picture", file.name, file.read_bytes())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10.0, help="How long each of the two crowds stays (default 10).")
    options.add_argument("--visitors", type=int, default=50)
    options.add_argument(
        "--labelling", type=int, nargs="*", default=[0, 10], help="How many of them label pictures, crowd by crowd."
    )
    given = options.parse_args()
    for labelling in given.labelling:
        with serving(SEMBLANCE_PRELOAD="1" if labelling else "0") as (address, pid):
            if labelling:
                asyncio.run(warm(address))
            log = asyncio.run(crowd(address, pid, given.visitors, labelling, given.minutes))
        report(
            f"{given.visitors} visitors for {given.minutes:g} minutes, {labelling} of them labelling pictures",
            log,
            1.5 if labelling else 1.0,
        )


if __name__ == "__main__":
    main()
