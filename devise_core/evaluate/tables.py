"""Results as tables: a row for each method, a mean with its bootstrap interval in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from devise_core.evaluate.metrics import Relevant, Values, interval, interval_over_groups
from devise_core.vectors import Rows

Measured = Mapping[str, Values]
"""Column → one number for each query."""

OURS, RIVALS = "DeViSE", ("ConSE (T = 10)", "softmax")


@dataclass(frozen=True)
class Cell:
    """A mean from ``low`` to ``high``, its 95% interval; or a ``text`` in place of a number."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""

    @classmethod
    def of(cls, values: Values, groups: Rows | None = None) -> Cell:
        """The mean of ``values``; with ``groups`` its interval is over these."""
        return cls(float(np.mean(values)), *(interval(values) if groups is None else interval_over_groups(values, groups)))

    def as_dict(self) -> dict[str, Any]:
        """``{"value", "low", "high"}`` to four places, or ``{"text"}``; a figure quoted from elsewhere has no interval."""
        if self.value is None:
            return {"text": self.text}
        return {name: round(number, 4) for name in ("value", "low", "high") if (number := getattr(self, name)) is not None}

    def __str__(self) -> str:
        if self.value is None:
            return self.text
        found = f"{self.value:.3f}"
        return found if self.low is None else f"{found} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Table:
    """``rows`` have a cell for each of ``columns``; the first names the method. ``queries``: how many each mean is over."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    protocol: str = ""
    queries: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns), "rows": [[cell.as_dict() for cell in row] for row in self.rows]}

    def lines(self) -> list[str]:
        """The table for a terminal: title, note, and columns aligned."""
        grid = [list(self.columns), *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[place]) for row in grid) for place in range(len(self.columns))]
        return [self.title, self.note, *("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                                         for row in grid)]

    def markdown(self) -> list[str]:
        head = [f"| {' | '.join(self.columns)} |", "|---" * len(self.columns) + "|"]
        return head + [f"| {' | '.join(str(cell) for cell in row)} |" for row in self.rows]


@dataclass(frozen=True)
class Outcome:
    """What a protocol gives: tables, and for each set of queries the means of each class and method."""

    tables: tuple[Table, ...]
    per_class: dict[str, dict[str, Any]] = field(default_factory=dict)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several."""
    return Outcome(tuple(table for outcome in outcomes for table in outcome.tables),
                   {name: found for outcome in outcomes for name, found in outcome.per_class.items()})


def part_of(measured: Mapping[str, Measured | str], kept: Relevant) -> dict[str, Measured | str]:
    """The same for the queries ``kept`` ``(n,)``."""
    return {name: found if isinstance(found, str) else {column: values[kept] for column, values in found.items()}
            for name, found in measured.items()}


def compared(title: str, note: str, protocol: str, measured: Mapping[str, Measured | str], groups: Rows | None = None) -> Table:
    """A row for each method, or the reason why it has none; then ours less each rival, by the paired bootstrap.

    ``groups`` ``(n,)``: the class of each query; a last row has ours less the first rival again, by whole classes.
    """
    known = {name: found for name, found in measured.items() if not isinstance(found, str)}
    columns = list(known[OURS])
    rows = [_row(name, columns, known.get(name, measured[name])) for name in measured]
    less = {rival: {column: known[OURS][column] - known[rival][column] for column in columns} for rival in RIVALS if rival in known}
    rows += [_row(f"{OURS} − {rival}", columns, found) for rival, found in less.items()]
    if groups is not None and RIVALS[0] in less:
        rows.append(_row(f"{OURS} − {RIVALS[0]}, by classes", columns, less[RIVALS[0]], groups))
    return Table(title, note, ("method", *columns), tuple(rows), protocol, len(known[OURS][columns[0]]))


def by_class(classes: Sequence[str], measured: Mapping[str, Measured | str], columns: Sequence[str]) -> dict[str, Any]:
    """``{"columns", "classes": {class: {"queries", method: [mean of each column]}}}``."""
    names = np.asarray(classes)
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(classes)):
        own = names == name
        found[name] = {"queries": int(own.sum())} | {
            method: [round(float(np.mean(values[column][own])), 3) for column in columns]
            for method, values in measured.items() if not isinstance(values, str)}
    return {"columns": list(columns), "classes": found}


def _row(name: str, columns: Sequence[str], found: Measured | str, groups: Rows | None = None) -> tuple[Cell, ...]:
    if isinstance(found, str):
        return (Cell(text=name), *(Cell(text=found) for _ in columns))
    return (Cell(text=name), *(Cell.of(found[column], groups) for column in columns))
