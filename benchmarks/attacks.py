"""Attack the app while honest visitors use it. Print how they fare, and how much memory the server has before and after."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from tempfile import TemporaryFile

from benchmarks.honest_visitor import VisitLog, memory, visit, warm_up
from benchmarks.server import serving
from benchmarks.table import print_table
from benchmarks.visitors import quantile
from devise_core.storage.paths import REPOSITORY

CALM = 20.0
"""Seconds in which the visitors are alone, before memory is measured for the first time."""
AFTERWARDS = 60.0
"""Seconds from the end of the attacks to the last measurement of memory."""


@dataclass
class AttackOutcome:
    """The result of a run.

    Attributes:
        calm: The answers to the visitors while they were alone.
        log: The answers to them during the attacks.
        attacks: How often each attack was made, and cut short.
        memory: Bytes before the attacks, at their end, and a minute after everyone has left.
        restarts: Whether the server has ended.
        bugs: Unexpected errors in the server's log.
    """

    calm: VisitLog
    log: VisitLog
    attacks: dict[str, dict[str, int]]
    memory: tuple[int, int, int]
    restarts: int
    bugs: int = 0


async def run(server: str, pid: int, seconds: float, attackers: int, visitors: int) -> AttackOutcome:
    """Let the visitors in, attack, and wait until the memory has settled."""
    await warm_up(server)
    calm, log = VisitLog(), VisitLog()
    await visit(server, visitors, _over_in(CALM), calm)
    before = memory(pid)
    command = ["nice", sys.executable, "-m", "benchmarks.attackers", server, f"--seconds={seconds}", f"--attackers={attackers}"]
    # Real attackers use their own machines, so their process has a low priority here.
    attacking = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdout=subprocess.PIPE)
    over = _over_in(seconds)
    (printed, _), _ = await asyncio.gather(attacking.communicate(), visit(server, visitors, over, log))
    during = memory(pid)
    await asyncio.sleep(AFTERWARDS)
    after = memory(pid)
    return AttackOutcome(calm, log, json.loads(printed), (before, during, after), int(after == 0))


def _over_in(seconds: float) -> _Over:
    return _Over(time.monotonic() + seconds)


@dataclass(frozen=True)
class _Over:
    end: float

    def __call__(self) -> bool:
        return time.monotonic() >= self.end


def report(title: str, outcome: AttackOutcome) -> None:
    """Print the tables of a run."""
    columns = ["answers to honest visitors", "count", "p50 in s", "p95 in s", "p95 without attacks"]
    kinds = {**outcome.log.seconds, "all": [each for times in outcome.log.seconds.values() for each in times]}
    calm = {**outcome.calm.seconds, "all": [each for times in outcome.calm.seconds.values() for each in times]}
    rows = [[kind, str(len(times)), *_quantiles(times), *_quantiles(calm.get(kind, []))[1:]] for kind, times in kinds.items()]
    print_table(title, columns, rows)
    attacks = [[kind, *map(str, counts.values())] for kind, counts in outcome.attacks.items()]
    print_table("Attacks", ["kind", "made", "cut short"], attacks)
    before, _, after = outcome.memory
    facts = [
        ["restarts, target 0", str(outcome.restarts)],
        ["errors of honest visitors, target 0", str(len(outcome.log.errors))],
        ["unexpected errors in the server's log, target 0", str(outcome.bugs)],
        ["memory before, at the end, a minute later, in MB", ", ".join(f"{size / 1e6:.0f}" for size in outcome.memory)],
        ["memory a minute later, target ≤ +15%", f"{after / max(1, before) - 1:+.1%}"],
        ["load of this machine in the last minute", f"{os.getloadavg()[0]:.1f}"],
    ]
    print_table("Server", ["result", "measured"], facts)
    for error in [*outcome.calm.errors, *outcome.log.errors][:10]:
        print(f"  {error}")


def _quantiles(times: list[float]) -> tuple[str, str]:
    return (quantile(times, 0.5), quantile(times, 0.95)) if times else ("", "")


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=180.0, help="how long the attacks last (default: %(default)s)")
    options.add_argument("--attackers", type=int, default=5)
    options.add_argument("--visitors", type=int, default=20)
    chosen = options.parse_args()
    with TemporaryFile("w+") as log, serving(log=log) as (server, pid):
        outcome = asyncio.run(run(server, pid, chosen.seconds, chosen.attackers, chosen.visitors))
        log.seek(0)
        outcome.bugs = sum('"event": "error"' in line for line in log)
    report(f"{chosen.attackers} attackers and {chosen.visitors} visitors for {chosen.seconds:g} seconds", outcome)


if __name__ == "__main__":
    main()
