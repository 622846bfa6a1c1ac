"""Read what was measured of a model: ``results.json``, which ``evaluate --out`` writes, and the training's curves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devise_core.errors import ArtifactError
from devise_core.storage.manifest import Manifest, remedy
from devise_core.storage.paths import ArtifactLayout

COMMAND = "python -m devise_core evaluate --data DATA --out"
OURS = "DeViSE"
LESS = " − "
"""Separates the two methods in the name of the row with their difference."""
BY_CLASSES = ", by classes"
"""Ends the name of a difference whose interval resamples whole classes instead of images."""


@dataclass(frozen=True)
class Cell:
    """A mean, or a text in place of a number.

    Attributes:
        value: The mean; None for a text.
        low: The start of its 95% interval; None for a figure without one.
        high: The end of the interval.
        text: The text.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return ``{"value", "low", "high"}`` to four places, or ``{"text"}``. A figure without an interval has only a value."""
        if self.value is None:
            return {"text": self.text}
        return {name: round(number, 4) for name in ("value", "low", "high") if (number := getattr(self, name)) is not None}

    def __str__(self) -> str:
        if self.value is None:
            return self.text
        return f"{self.value:.3f}" if self.low is None else f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Table:
    """One table of figures.

    Attributes:
        title: What was measured.
        note: How it was measured.
        columns: The names of the columns. The first is the method's.
        rows: For each method, or difference of two methods, a cell for each column.
        protocol: The protocol that measured it.
        queries: How many queries each mean is over.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    protocol: str = ""
    queries: int = 0

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns after the first."""
        return self.columns[1:]

    def methods(self) -> dict[str, dict[str, Cell]]:
        """Return method → metric → cell, without the differences."""
        return {row[0].text: dict(zip(self.metrics, row[1:], strict=True)) for row in self.rows if LESS not in row[0].text}

    def lead(self, rival: str, by: str = "") -> dict[str, Cell]:
        """Return metric → our figure minus the rival's, by the paired bootstrap; empty if the table has no such row.

        ``by`` is ``BY_CLASSES`` for the interval that resamples classes.
        """
        rows = (row[1:] for row in self.rows if row[0].text == f"{OURS}{LESS}{rival}{by}")
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
    """Figures that others published for a protocol, metric → value."""

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
    """What one run of ``evaluate`` measured.

    Attributes:
        made_by: The command.
        model: The id of the model.
        tables: The tables, in the file's order.
        per_class: Protocol → the figures for each class.
        references: Figures that others published.
    """

    made_by: str
    model: str
    tables: tuple[Table, ...]
    per_class: Mapping[str, Classes]
    references: tuple[Reference, ...]

    def protocols(self) -> dict[str, list[Table]]:
        """Return protocol → its tables, in the file's order."""
        return {
            name: [table for table in self.tables if table.protocol == name]
            for name in dict.fromkeys(table.protocol for table in self.tables)
        }

    def remark(self, model: str) -> str:
        """Return a sentence if another model than ``model`` was measured, else an empty text."""
        if not self.model or self.model == model:
            return ""
        return (
            f"These figures were measured on another model ({self.model[:8]}) than this one ({model[:8]}). Run `{COMMAND}` again."
        )


def read_results(path: Path) -> Results | None:
    """Read ``results.json``.

    Returns:
        The results, or None if there is no file.

    Raises:
        ArtifactError: The file is damaged, or has another shape.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        return Results(
            str(content["made_by"]),
            str(content["model"]),
            tuple(_table(table) for table in content["tables"]),
            {str(name): _classes(figures) for name, figures in content["per_class"].items()},
            tuple(_reference(row) for row in content["references"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(
            f"{path} holds no results ({type(error).__name__}: {error}). Measure again with `{COMMAND}`."
        ) from error


def read_losses(layout: ArtifactLayout, manifest: Manifest) -> dict[str, list[float]]:
    """Read the curves of the training.

    Returns:
        Name → the mean loss after each epoch. The bundled model has a curve for each seed, a trained one for each stage.
        Empty if the folder has none.

    Raises:
        ArtifactError: They cannot be read.
    """
    training = manifest.about.get("training", {})
    try:
        if "loss" in training:
            return {f"seed {name}": _numbers(losses) for name, losses in training["loss"].items()}
        if layout.history.name not in manifest.files:
            return {}
        stages = json.loads(manifest.verified(layout.history).read_text("utf-8"))
        curves = {
            stage + suffix: _numbers(curve[key])
            for stage, curve in stages.items()
            for key, suffix in (("loss", ""), ("validation", ", validation"))
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(
            f"The losses in {layout.root} cannot be read ({type(error).__name__}): {remedy(layout.root)}, or train again."
        ) from error
    return {name: losses for name, losses in curves.items() if losses}


def _table(content: Mapping[str, Any]) -> Table:
    columns = tuple(str(name) for name in content["columns"])
    table = Table(
        str(content["title"]),
        str(content["note"]),
        columns,
        tuple(tuple(map(_cell, row)) for row in content["rows"]),
        str(content["protocol"]),
        int(content["queries"]),
    )
    for row in table.rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of “{table.title}” has {len(row)} cells for {len(columns)} columns")
    return table


def _cell(content: Mapping[str, Any]) -> Cell:
    if "text" in content:
        return Cell(text=str(content["text"]))
    value, low, high = (None if content.get(name) is None else float(content[name]) for name in ("value", "low", "high"))
    if value is None or (low is None) != (high is None):
        raise ValueError("a cell needs a text, or a value with both ends of its interval or none")
    return Cell(value, low, high)


def _classes(content: Mapping[str, Any]) -> Classes:
    metrics = tuple(str(name) for name in content["columns"])
    classes = {
        str(name): {str(method): tuple(_numbers(values)) for method, values in row.items() if method != "queries"}
        for name, row in content["classes"].items()
    }
    for name, row in classes.items():
        for method, values in row.items():
            if len(values) != len(metrics):
                raise ValueError(f"{method} has {len(values)} numbers of “{name}” for {len(metrics)} metrics")
    return Classes(metrics, classes, {str(name): int(row["queries"]) for name, row in content["classes"].items()})


def _reference(content: Mapping[str, Any]) -> Reference:
    figures = {str(name): float(value) for name, value in content["figures"].items()}
    return Reference(str(content["protocol"]), str(content["method"]), figures, str(content["source"]))


def _numbers(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in values]
