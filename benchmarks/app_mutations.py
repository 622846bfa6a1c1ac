"""Damaged and malicious files of a collection, and a count of what they do to a running app.

Run ``python -m benchmarks.app_mutations``. It does with a server what ``benchmarks.mutations`` does with the library. The
server offers several mutated collections at a time. They are replaced by others while it runs. Pages, their routes and the API are
asked about each of them, and about the default collection, which must work as if nothing had happened. If an answer is wrong
or slow, these mutations are tried again one by one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.app_questions import SLOWEST, AppQuestions, Asked, CpuUse
from benchmarks.file_mutations import MUTATIONS
from benchmarks.honest_visitor import memory
from benchmarks.large_copies import as_large, as_small
from benchmarks.mutation_trial import Mutated, MutationTrial
from benchmarks.mutations import copy_of, mutate
from benchmarks.server import APP, serving
from benchmarks.table import print_table
from devise_core.engine import load_engine
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS

DEFAULT, MUTATED = "photos", "mutated"
TOGETHER, CLIENTS = 8, 3
"""How many mutated collections the server offers at a time, and how many of them it is asked about at a time."""
_SEEDS = 1_000_000
_MANY = "9999"
LIMITS = {
    "SEMBLANCE_DEFAULT_COLLECTION": DEFAULT,
    "SEMBLANCE_API": "on",
    "SEMBLANCE_SUGGESTIONS_PER_MINUTE": _MANY,
    "SEMBLANCE_CARDS_PER_MINUTE": _MANY,
    "SEMBLANCE_API_REQUESTS_PER_MINUTE": _MANY,
    "SEMBLANCE_OPEN_SECONDS": "50",
    "PYTHONWARNINGS": "always::RuntimeWarning",
}
"""The settings of the server. One address sends far more requests than a visitor does, and must not be refused. Every
warning of NumPy is logged, not only the first one of each line of code, to show which mutation causes it."""


def mutations(names: Sequence[str], count: int, seed: int) -> Iterable[Mutated]:
    """Yield ``count`` mutations of the files ``names``. Their numbers are different for each seed."""
    chance = random.Random(seed)
    for number in range(count):
        yield seed * _SEEDS + number, chance.choice(names), chance.choice(list(MUTATIONS))


class CollectionTrial(MutationTrial):
    """Puts mutated copies of a collection into the folder that a server offers, and asks the server about them.

    Args:
        source: The collection to copy.
        served: The folder of the server's collections.
        questions: Asks the server.
        alive: Returns whether the server runs.
    """

    def __init__(self, source: Path, served: Path, questions: AppQuestions, alive: Callable[[], bool]) -> None:
        super().__init__(alive)
        self._source, self._served, self._questions, self._versions = source, served, questions, 0
        self._item, self._default_item = first_item(source), first_item(BUNDLED_ARTIFACTS / "collections" / DEFAULT)

    async def ask(self, group: Sequence[Mutated]) -> list[Asked]:
        """Ask about some mutations at the same time, and about the default collection. Returns what ``MutationTrial.ask`` does."""
        names, clients = self._put(group), asyncio.Semaphore(CLIENTS)

        async def ask(name: str, number: int, file: str) -> Asked:
            async with clients:
                return await self._questions.ask(name, self._item, number, file)

        about_mutated = (ask(name, number, file) for name, (number, file, _) in zip(names, group, strict=True))
        return await asyncio.gather(*about_mutated, self._questions.ask_intact(DEFAULT, self._default_item))

    def _put(self, group: Sequence[Mutated]) -> list[str]:
        """Replace all mutated collections. Return the names of the new ones."""
        copies = [copy_of(self._source, self._source.with_name(f"copy-{place}")) for place in range(len(group))]
        for copy, (number, file, mutation) in zip(copies, group, strict=True):
            mutate(copy, file, mutation, random.Random(number))
            self._versions += 1
            os.utime(copy, (self._versions, self._versions))  # the app's version of a collection is this time in whole seconds
        for old in self._served.iterdir():
            shutil.rmtree(old)
        names = [f"{MUTATED}-{place}" for place in range(len(group))]
        for name, copy in zip(names, copies, strict=True):
            copy.rename(self._served / name)
        return names


def first_item(folder: Path) -> str:
    """Return the id of an image of a collection."""
    return next(path.stem for path in sorted((folder / "images").iterdir()))


def run(kind: str, count: int, seed: int, root: Path) -> list[list[str]]:
    """Start a server, try mutations of a ``small`` or a ``large`` collection with it, and return the rows of a table."""
    engine = load_engine()
    photos = engine.collections()[DEFAULT]
    source = {"small": as_small, "large": as_large}[kind](engine, photos, root / kind)
    served, log = root / f"served-{kind}", root / f"{kind}.log"
    served.mkdir()
    names = [NAME, *Manifest.read(source).files]
    copy_of(source, served / MUTATED)
    with log.open("w") as file, serving(APP, file, SEMBLANCE_COLLECTIONS=str(served), **LIMITS) as (server, pid):
        questions = AppQuestions(server, pid, log)
        asyncio.run(questions.warm_up({MUTATED: first_item(source), DEFAULT: first_item(photos)}))
        before, began, worked = memory(pid), time.monotonic(), CpuUse.of(pid).worked
        trial = CollectionTrial(source, served, questions, lambda: runs(pid))
        outcome = asyncio.run(trial.run(mutations(names, count, seed), TOGETHER))
        after, seconds, worked = memory(pid), time.monotonic() - began, CpuUse.of(pid).worked - worked
    tried = sum(outcome.counts.values())
    return [
        [f"mutations of a {kind} collection, seed {seed}", f"{tried}, in {seconds:.0f} s, {worked:.0f} s of CPU"],
        ["refused, or works", f"{outcome.counts['refused']}, {outcome.counts['works']}"],
        ["answers", str(outcome.answers)],
        ["raw errors, slow answers, refusals of the default collection, ends of the server: target 0", str(len(outcome.problems))],
        ["slowest answer", f"{outcome.slowest:.1f} s"],
        [f"answers over {SLOWEST:.0f} s because the machine was busy", str(outcome.starved)],
        ["memory before and after, in MB", f"{before / 1e6:.0f}, {after / 1e6:.0f}"],
    ]


def runs(pid: int) -> bool:
    """Whether a child of this process has not ended. A child that has ended stays a zombie until it is waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--count", type=int, default=1_000, help="how many mutations of each kind of collection (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kinds", nargs="+", choices=("small", "large"), default=("small", "large"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as root:
        for kind in options.kinds:
            rows = run(kind, options.count, options.seed, Path(root))
            print_table(f"Mutations, opened by the app (load {os.getloadavg()[0]:.1f})", ["result", "measured"], rows)


if __name__ == "__main__":
    main()
