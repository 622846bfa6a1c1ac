"""What was measured of a model: ``results.json`` as ``evaluate --out`` writes it, checked, and the curves of its training."""

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
"""Between two methods: the row of their difference."""
BY_CLASSES = ", by classes"
"""The row of a lead whose interval draws whole classes instead of photographs."""


@dataclass(frozen=True)
class Cell:
    """A mean from ``low`` to ``high``, its 95% interval where there is one; or a ``text`` in place of a number."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""

    def as_dict(self) -> dict[str, Any]:
        """``{"value", "low", "high"}`` to four places, or ``{"text"}``; a figure quoted from elsewhere has no interval."""
        if self.value is None:
            return {"text": self.text}
        return {name: round(number, 4) for name in ("value", "low", "high") if (number := getattr(self, name)) is not None}

    def __str__(self) -> str:
        if self.value is None:
            return self.text
        return f"{self.value:.3f}" if self.low is None else f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Table:
    """``rows`` have a cell for each of ``columns``; the first names the method. ``queries``: how many each mean is over."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    protocol: str = ""
    queries: int = 0

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.columns[1:]

    def methods(self) -> dict[str, dict[str, Cell]]:
        """Method → metric → cell, without differences."""
        return {row[0].text: dict(zip(self.metrics, row[1:], strict=True)) for row in self.rows if LESS not in row[0].text}

    def lead(self, rival: str, by: str = "") -> dict[str, Cell]:
        """Metric → ours less the rival's, by the paired bootstrap, or by ``BY_CLASSES``; empty where the table has no such row."""
        rows = (row[1:] for row in self.rows if row[0].text == f"{OURS}{LESS}{rival}{by}")
        return dict(zip(self.metrics, next(rows, ()), strict=False))

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns), "rows": [[cell.as_dict() for cell in row] for row in self.rows]}

    def lines(self) -> list[str]:
        """The table for a terminal: title, note, and columns aligned."""
        grid = [list(self.columns), *([str(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[place]) for row in grid) for place in range(len(self.columns))]
        return [
            self.title,
            self.note,
            *("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid),
        ]

    def markdown(self) -> list[str]:
        head = [f"| {' | '.join(self.columns)} |", "|---" * len(self.columns) + "|"]
        return head + [f"| {' | '.join(str(cell) for cell in row)} |" for row in self.rows]


@dataclass(frozen=True)
class Reference:
    """Figures that others published for a protocol: metric → value."""

    protocol: str
    method: str
    figures: Mapping[str, float]
    source: str


@dataclass(frozen=True)
class Classes:
    """Results of each class: ``classes`` maps it to method → one number for each of ``metrics``."""

    metrics: tuple[str, ...]
    classes: Mapping[str, Mapping[str, tuple[float, ...]]]
    queries: Mapping[str, int]


@dataclass(frozen=True)
class Results:
    """One run of ``evaluate``. ``model``: the SHA-256 of the model's file."""

    made_by: str
    model: str
    tables: tuple[Table, ...]
    per_class: Mapping[str, Classes]
    references: tuple[Reference, ...]

    def protocols(self) -> dict[str, list[Table]]:
        """Protocol → its tables, in the file's order."""
        return {
            name: [table for table in self.tables if table.protocol == name]
            for name in dict.fromkeys(table.protocol for table in self.tables)
        }

    def remark(self, model: str) -> str:
        """A sentence where another model was measured than ``model``, else nothing."""
        if not self.model or self.model == model:
            return ""
        return (
            f"These figures were measured on another model ({self.model[:8]}) than this one ({model[:8]}): run `{COMMAND}` again."
        )


def read_results(path: Path) -> Results | None:
    """Read ``results.json``; None where there is no file. Raises ``ArtifactError`` where it is damaged, or of another shape."""
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        return Results(
            str(content["made_by"]),
            str(content["model"]),
            tuple(_table(table) for table in content["tables"]),
            {str(name): _classes(found) for name, found in content["per_class"].items()},
            tuple(_reference(row) for row in content["references"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(
            f"{path} holds no results ({type(error).__name__}: {error}): measure again with `{COMMAND}`."
        ) from error


def read_losses(layout: ArtifactLayout, manifest: Manifest) -> dict[str, list[float]]:
    """Name of a curve → the mean loss after each epoch: one for each seed of the bundled model, for each stage of one trained.

    Empty where the folder kept none. Raises ``ArtifactError`` where they cannot be read.
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
            f"The losses kept in {layout.root} cannot be read ({type(error).__name__}): {remedy(layout.root)}, or train again."
        ) from error
    return {name: losses for name, losses in curves.items() if losses}


def _table(found: Mapping[str, Any]) -> Table:
    columns = tuple(str(name) for name in found["columns"])
    table = Table(
        str(found["title"]),
        str(found["note"]),
        columns,
        tuple(tuple(map(_cell, row)) for row in found["rows"]),
        str(found["protocol"]),
        int(found["queries"]),
    )
    for row in table.rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of “{table.title}” has {len(row)} cells for {len(columns)} columns")
    return table


def _cell(found: Mapping[str, Any]) -> Cell:
    if "text" in found:
        return Cell(text=str(found["text"]))
    value, low, high = (None if found.get(name) is None else float(found[name]) for name in ("value", "low", "high"))
    if value is None or (low is None) != (high is None):
        raise ValueError("a cell has neither a text nor a value with both ends of its interval, or with none")
    return Cell(value, low, high)


def _classes(found: Mapping[str, Any]) -> Classes:
    metrics = tuple(str(name) for name in found["columns"])
    classes = {
        str(name): {str(method): tuple(_numbers(values)) for method, values in row.items() if method != "queries"}
        for name, row in found["classes"].items()
    }
    for name, row in classes.items():
        for method, values in row.items():
            if len(values) != len(metrics):
                raise ValueError(f"{method} has {len(values)} numbers of “{name}” for {len(metrics)} metrics")
    return Classes(metrics, classes, {str(name): int(row["queries"]) for name, row in found["classes"].items()})


def _reference(found: Mapping[str, Any]) -> Reference:
    figures = {str(name): float(value) for name, value in found["figures"].items()}
    return Reference(str(found["protocol"]), str(found["method"]), figures, str(found["source"]))


def _numbers(found: Sequence[Any]) -> list[float]:
    return [float(value) for value in found]
