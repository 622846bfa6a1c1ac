"""Measure and print: the helpers of every benchmark."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def milliseconds(call: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each of ``times`` calls, after a warm-up call."""
    call()
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        durations.append(1000 * (time.perf_counter() - began))
    return durations


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table. The first column is left-aligned, the others are right-aligned."""
    widths = [max(len(row[column]) for row in (columns, *rows)) for column in range(len(columns))]
    print(f"\n{title}")
    for row in (columns, *rows):
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *rest)).rstrip())
