"""What the charts show, as rows of data and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devise_core.results import OURS, Cell, Classes, Reference, Table


def describe_chart(table: Table, metrics: Sequence[str]) -> str:
    """Describe the chart of a table's ``metrics`` in words."""
    means = {
        metric: [f"{method} {cells[metric].value:.2f}" for method, cells in table.methods().items() if cells[metric].is_mean]
        for metric in metrics
    }
    return " ".join([f"{table.title}.", *(f"{metric}: {', '.join(shown)}." for metric, shown in means.items() if shown)])


def dot_rows(table: Table, metrics: Sequence[str], references: Sequence[Reference]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return what ``charts.dots`` draws.

    Returns:
        Keys "metric|method" in order, with "metric|" as a heading before each metric, and a row for each dot.
    """
    keys: list[str] = []
    rows: list[dict[str, Any]] = []
    for metric in metrics:
        cells = [(method, row[metric], "ours" if method == table.ours else "rival") for method, row in table.methods().items()]
        cells += [
            (published_name(reference), Cell(reference.figures[metric]), "published")
            for reference in references
            if metric in reference.figures
        ]
        measured = [(method, cell, kind) for method, cell, kind in cells if cell.is_mean]
        keys += [f"{metric}|", *(f"{metric}|{method}" for method, _, _ in measured)] if measured else []
        rows += [
            {
                "key": f"{metric}|{method}",
                "metric": metric,
                "method": method,
                "kind": kind,
                "result": str(cell),
                "value": cell.value,
                "low": cell.value if cell.low is None else cell.low,
                "high": cell.value if cell.high is None else cell.high,
            }
            for method, cell, kind in measured
        ]
    return keys, rows


def class_rows(results: Classes, names: Sequence[str], metric: str, rival: str) -> list[dict[str, Any]]:
    """Return what ``charts.bars`` draws: a row for each class of ``names``."""
    place = results.metrics.index(metric)
    columns = {OURS: OURS, rival: "rival"}
    return [
        {
            "class": name,
            "queries": results.queries[name],
            **{columns[method]: values[place] for method, values in results.classes[name].items() if method in columns},
        }
        for name in names
    ]


def published_name(reference: Reference) -> str:
    """Return the part of a method's name before a comma, marked as published. A name without a comma is returned unchanged."""
    short, *more = reference.method.split(",")
    return f"{short}, published" if more else short


def are_seeds(losses: Mapping[str, Sequence[float]]) -> bool:
    """Return whether the loss curves are from runs that differ only in their random seed."""
    return len(losses) > 1 and all(name.startswith("random seed ") for name in losses)
