"""Damaged and malicious files of a collection, and a count of what they do to a running app.

Run ``python -m benchmarks.app_mutations``. It does with a server what ``benchmarks.mutations`` does with the library. Each mutated
collection replaces the one before it while the server runs. Pages, their routes and the API are then asked for it, and
for the default collection, which must work as if nothing had happened.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.app_questions import PARTS, AppQuestions
from benchmarks.file_mutations import MUTATIONS
from benchmarks.honest_visitor import memory
from benchmarks.large_copies import as_large
from benchmarks.mutations import copy_of, mutate, with_forests
from benchmarks.server import APP, serving
from benchmarks.table import print_table
from devise_core.engine import load_engine
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS

DEFAULT, MUTATED = "photos", "mutated"
_MANY = "9999"
LIMITS = {
    "SEMBLANCE_DEFAULT_COLLECTION": DEFAULT,
    "SEMBLANCE_API": "on",
    "SEMBLANCE_SUGGESTIONS_PER_MINUTE": _MANY,
    "SEMBLANCE_CARDS_PER_MINUTE": _MANY,
    "SEMBLANCE_API_REQUESTS_PER_MINUTE": _MANY,
}
"""The settings of the server. One address asks far more than a visitor, and is not refused."""


@dataclass
class AppOutcome:
    """What happened to one server.

    Attributes:
        counts: Ending → number of mutations. A mutation is "refused" if an answer named what is wrong.
        problems: A sentence for each thing that must not happen.
        answers: How many answers the server gave.
        slowest: The seconds of the slowest one.
    """

    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    problems: list[str] = field(default_factory=list)
    answers: int = 0
    slowest: float = 0.0


def mutations(source: Path, count: int, seed: int) -> Iterable[tuple[int, str, str]]:
    """Yield a number, a file of ``source`` and the name of a mutation, ``count`` times."""
    chance, names = random.Random(seed), [NAME, *Manifest.read(source).files]
    for number in range(count):
        yield number, chance.choice(names), chance.choice(list(MUTATIONS))


async def try_mutations(
    source: Path, target: Path, chosen: Iterable[tuple[int, str, str]], questions: AppQuestions, alive: Callable[[], bool]
) -> AppOutcome:
    """Put one mutated copy after the other in the place of a collection of the server, and ask for it.

    Args:
        source: The collection to copy.
        target: The folder of the server's collection.
        chosen: What ``mutations`` yields.
        questions: Asks the server.
        alive: Whether the server runs.
    """
    outcome, item, default = AppOutcome(), _first_item(source), _first_item(BUNDLED_ARTIFACTS / "collections" / DEFAULT)
    for number, name, mutation in chosen:
        copy = copy_of(source, source.with_name("copy"))
        mutate(copy, name, mutation, random.Random(number))
        shutil.rmtree(target, ignore_errors=True)
        copy.rename(target)
        asked = [await questions.ask(MUTATED, item, number)]
        outcome.counts["refused" if asked[0].refused else "works"] += 1
        asked.append(await questions.ask_intact(DEFAULT, default, number // PARTS))
        outcome.answers += sum(each.answers for each in asked)
        outcome.slowest = max(outcome.slowest, *(each.slowest for each in asked))
        problems = [f"{number} {name} {mutation}: {problem}" for each in asked for problem in each.problems]
        outcome.problems += problems
        print("\n".join(problems), end="\n" * bool(problems), flush=True)
        if not alive():
            outcome.problems.append(f"{number} {name} {mutation}: The server has ended.")
            break
    return outcome


def _first_item(folder: Path) -> str:
    return next(path.stem for path in sorted((folder / "images").iterdir()))


def run(kind: str, count: int, seed: int, root: Path) -> list[list[str]]:
    """Start a server, try mutations of a ``small`` or a ``large`` collection with it, and return the rows of a table."""
    engine = load_engine()
    photos = engine.collections()[DEFAULT]
    make = {"small": lambda: with_forests(photos, root / "small"), "large": lambda: as_large(engine, photos, root / "large")}
    source, served, log = make[kind](), root / f"served-{kind}", root / f"{kind}.log"
    served.mkdir()
    copy_of(source, served / MUTATED)
    began = time.monotonic()
    with log.open("w") as file, serving(APP, file, SEMBLANCE_COLLECTIONS=str(served), **LIMITS) as (server, pid):
        questions = AppQuestions(server, pid, log)
        asyncio.run(questions.warm_up({MUTATED: _first_item(source), DEFAULT: _first_item(photos)}))
        before = memory(pid)
        outcome = asyncio.run(
            try_mutations(source, served / MUTATED, mutations(source, count, seed), questions, lambda: _runs(pid))
        )
        after = memory(pid)
    tried = sum(outcome.counts.values())
    return [
        [f"mutations of a {kind} collection", f"{tried}, in {time.monotonic() - began:.0f} s"],
        ["refused, or works", f"{outcome.counts['refused']}, {outcome.counts['works']}"],
        ["answers", str(outcome.answers)],
        ["raw errors, slow answers, refusals of the default collection, ends of the server: target 0", str(len(outcome.problems))],
        ["slowest answer", f"{outcome.slowest:.1f} s"],
        ["memory before and after, in MB", f"{before / 1e6:.0f}, {after / 1e6:.0f}"],
    ]


def _runs(pid: int) -> bool:
    """Whether a child of this process has not ended. A child that has ended stays a zombie until it is waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="for each kind of collection (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kinds", nargs="+", choices=("small", "large"), default=("small", "large"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as root:
        for kind in options.kinds:
            rows = run(kind, options.count, options.seed, Path(root))
            print_table(f"Mutations, opened by the app (load {os.getloadavg()[0]:.1f})", ["result", "measured"], rows)


if __name__ == "__main__":
    main()
