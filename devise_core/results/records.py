"""The records of what was measured: tables of figures, with intervals and references.

A protocol is one of the evaluations that ``evaluate`` runs, such as "zero-shot".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from devise_core.installation import PROGRAM

COMMAND = f"{PROGRAM} evaluate --data DATA --out"
OURS = "DeViSE"
LESS = " − "
"""Separates the names of two methods in the name of a row with the difference of their figures."""
BY_CLASSES = ", by classes"
"""Ends the name of a row with a difference if its interval comes from resampling whole classes instead of images."""


@dataclass(frozen=True)
class Cell:
    """A mean, a count, or a text in place of a number.

    Attributes:
        value: The mean as a float, the count as an int, or None for a text.
        low: The start of the 95% interval, or None for a figure without an interval.
        high: The end of the interval, or None.
        text: The text, or "" for a figure.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""

    @property
    def is_mean(self) -> bool:
        """Whether the cell has a mean, not a count or a text."""
        return isinstance(self.value, float)

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"value", "low", "high"}`` with four decimals, or ``{"text"}``. Without an interval there is only a value."""
        if self.value is None:
            return {"text": self.text}
        return {name: round(number, 4) for name in ("value", "low", "high") if (number := getattr(self, name)) is not None}

    def __str__(self) -> str:
        if self.value is None:
            return self.text
        if not self.is_mean:
            return f"{self.value:,}"
        return f"{self.value:.3f}" if self.low is None else f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Table:
    """One table of figures.

    Attributes:
        title: What was measured.
        note: How it was measured.
        columns: The names of the columns. The first column has the names of the methods.
        rows: For each method, or difference of two methods, a cell for each column.
        protocol: The protocol that made the table.
        queries: The number of queries that each mean is computed over.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    protocol: str = ""
    queries: int = 0

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the columns after the first."""
        return self.columns[1:]

    def methods(self) -> dict[str, dict[str, Cell]]:
        """Return method → metric → cell, without the differences."""
        return {row[0].text: dict(zip(self.metrics, row[1:], strict=True)) for row in self.rows if LESS not in row[0].text}

    @property
    def ours(self) -> str:
        """The method that is compared with its rivals: DeViSE, or the method of the first difference in a table without DeViSE."""
        differences = (row[0].text for row in self.rows if LESS in row[0].text)
        return OURS if OURS in self.methods() else next(differences, OURS).partition(LESS)[0]

    def lead(self, rival: str, by: str = "") -> dict[str, Cell]:
        """Return metric → the figure of ``ours`` minus that of ``rival``, with its interval. Empty if the table has no such row.

        The interval comes from a paired bootstrap. It resamples classes if ``by`` is ``BY_CLASSES``, and images otherwise.
        """
        rows = (row[1:] for row in self.rows if row[0].text == f"{self.ours}{LESS}{rival}{by}")
        return dict(zip(self.metrics, next(rows, ()), strict=False))

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "columns": list(self.columns), "rows": [[cell.as_dict() for cell in row] for row in self.rows]}

    def lines(self) -> list[str]:
        """Return the table as lines for a terminal: title, note and aligned columns."""
        grid = [list(self.columns), *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[place]) for row in grid) for place in range(len(self.columns))]
        return [
            self.title,
            self.note,
            *("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid),
        ]

    def markdown(self) -> list[str]:
        """Return the table as lines of Markdown."""
        head = [f"| {' | '.join(self.columns)} |", "|---" * len(self.columns) + "|"]
        return head + [f"| {' | '.join(str(cell) for cell in row)} |" for row in self.rows]


@dataclass(frozen=True)
class Reference:
    """Figures that others published for a method on a protocol. ``figures`` is metric → value."""

    protocol: str
    method: str
    figures: Mapping[str, float]
    source: str


@dataclass(frozen=True)
class Classes:
    """Figures for each class.

    Attributes:
        metrics: The names of the metrics.
        classes: Class → method → one number for each metric.
        queries: Class → how many queries it had.
    """

    metrics: tuple[str, ...]
    classes: Mapping[str, Mapping[str, tuple[float, ...]]]
    queries: Mapping[str, int]


@dataclass(frozen=True)
class Results:
    """The measurements of one run of ``evaluate``.

    Attributes:
        made_by: The command that was run.
        model: The id of the model.
        tables: The tables, in the order of the file.
        per_class: Protocol → the figures for each class.
        references: Figures that others published.
    """

    made_by: str
    model: str
    tables: tuple[Table, ...]
    per_class: Mapping[str, Classes]
    references: tuple[Reference, ...]

    def protocols(self) -> dict[str, list[Table]]:
        """Return protocol → its tables, in the order of the file."""
        return {
            name: [table for table in self.tables if table.protocol == name]
            for name in dict.fromkeys(table.protocol for table in self.tables)
        }

    def remark(self, model: str) -> str:
        """Return a sentence if a model other than ``model`` was measured, or else an empty string."""
        if not self.model or self.model == model:
            return ""
        return (
            f"These figures were measured on another model ({self.model[:8]}) than this one ({model[:8]}). Run `{COMMAND}` again."
        )
