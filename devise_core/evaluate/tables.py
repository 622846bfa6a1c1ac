"""Results as tables: a row for each method, a mean with its bootstrap interval in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from devise_core.evaluate.metrics import Relevant, Values, interval, interval_over_groups
from devise_core.results import BY_CLASSES, LESS, OURS, Cell, Table
from devise_core.vectors import Rows

Measured = Mapping[str, Values]
"""Column → one number for each query."""

RIVALS = ("ConSE (T = 10)", "softmax")


@dataclass(frozen=True)
class Outcome:
    """What a protocol gives: tables, and for each set of queries the means of each class and method."""

    tables: tuple[Table, ...]
    per_class: dict[str, dict[str, Any]] = field(default_factory=dict)


def mean_of(values: Values, groups: Rows | None = None) -> Cell:
    """The mean and its interval, over queries or, with a class for each in ``groups`` ``(n,)``, over whole classes."""
    drawn = interval(values) if groups is None else interval_over_groups(values, groups)
    mean, low, high = (round(float(number), 4) for number in (np.mean(values), *drawn))  # as kept: shown the same everywhere
    return Cell(mean, low, high)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several."""
    return Outcome(
        tuple(table for outcome in outcomes for table in outcome.tables),
        {name: found for outcome in outcomes for name, found in outcome.per_class.items()},
    )


def part_of(measured: Mapping[str, Measured | str], kept: Relevant) -> dict[str, Measured | str]:
    """The same for the queries ``kept`` ``(n,)``."""
    return {
        name: found if isinstance(found, str) else {column: values[kept] for column, values in found.items()}
        for name, found in measured.items()
    }


def compared(title: str, note: str, protocol: str, measured: Mapping[str, Measured | str], groups: Rows | None = None) -> Table:
    """A row for each method, or the reason why it has none; then ours less each rival, by the paired bootstrap.

    ``groups`` ``(n,)``: the class of each query; a last row has ours less the first rival again, by whole classes.
    """
    known = {name: found for name, found in measured.items() if not isinstance(found, str)}
    columns = list(known[OURS])
    rows = [_row(name, columns, known.get(name, measured[name])) for name in measured]
    less = {rival: {column: known[OURS][column] - known[rival][column] for column in columns} for rival in RIVALS if rival in known}
    rows += [_row(f"{OURS}{LESS}{rival}", columns, found) for rival, found in less.items()]
    if groups is not None and RIVALS[0] in less:
        rows.append(_row(f"{OURS}{LESS}{RIVALS[0]}{BY_CLASSES}", columns, less[RIVALS[0]], groups))
    return Table(title, note, ("method", *columns), tuple(rows), protocol, len(known[OURS][columns[0]]))


def by_class(classes: Sequence[str], measured: Mapping[str, Measured | str], columns: Sequence[str]) -> dict[str, Any]:
    """``{"columns", "classes": {class: {"queries", method: [mean of each column]}}}``."""
    names = np.asarray(classes)
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(classes)):
        own = names == name
        found[name] = {"queries": int(own.sum())} | {
            method: [round(float(np.mean(values[column][own])), 3) for column in columns]
            for method, values in measured.items()
            if not isinstance(values, str)
        }
    return {"columns": list(columns), "classes": found}


def _row(name: str, columns: Sequence[str], found: Measured | str, groups: Rows | None = None) -> tuple[Cell, ...]:
    if isinstance(found, str):
        return (Cell(text=name), *(Cell(text=found) for _ in columns))
    return (Cell(text=name), *(mean_of(found[column], groups) for column in columns))
