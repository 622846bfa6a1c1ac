"""Results as tables: one row per method, and in each cell a mean with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from devise_core.evaluate.metrics import Relevant, Values, interval, interval_over_groups
from devise_core.results import BY_CLASSES, LESS, OURS, Cell, Table
from devise_core.vectors import Rows

MetricValues = Mapping[str, Values]
"""One number per query, by the name of the metric."""

RIVALS = ("ConSE (T = 10)", "softmax")
"""The methods that DeViSE is compared with query by query."""


@dataclass(frozen=True)
class Outcome:
    """The result of a protocol: its tables, and ``per_class`` with the means of each class and method for each set of queries."""

    tables: tuple[Table, ...]
    per_class: dict[str, dict[str, Any]] = field(default_factory=dict)


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Return one outcome with the tables and class means of all ``outcomes``."""
    return Outcome(
        tuple(table for outcome in outcomes for table in outcome.tables),
        {name: means for outcome in outcomes for name, means in outcome.per_class.items()},
    )


def mean_cell(values: Values, groups: Rows | None = None) -> Cell:
    """Return the mean with its bootstrap interval.

    Args:
        values: One number per query ``(n,)``.
        groups: The class of each query ``(n,)``, to resample whole classes. By default, queries are resampled.
    """
    bounds = interval(values) if groups is None else interval_over_groups(values, groups)
    mean, low, high = (round(float(number), 4) for number in (np.mean(values), *bounds))  # rounded as in the results file
    return Cell(mean, low, high)


def subset(results: Mapping[str, MetricValues | str], kept: Relevant) -> dict[str, MetricValues | str]:
    """Return the results of the queries for which ``kept`` ``(n,)`` is true. The text of a method without values stays."""
    return {
        method: values if isinstance(values, str) else {metric: numbers[kept] for metric, numbers in values.items()}
        for method, values in results.items()
    }


def comparison(
    title: str, note: str, protocol: str, results: Mapping[str, MetricValues | str], groups: Rows | None = None
) -> Table:
    """Return a table with a row per method, and a row per rival with the lead of DeViSE over the rival, by the paired bootstrap.

    Args:
        title: What was measured.
        note: What the metrics mean.
        protocol: The name of the protocol.
        results: For each method its values by metric, or the reason why the method has no values.
        groups: The class of each query ``(n,)``. If given, a last row repeats the lead over the first rival, with an interval that
            resamples whole classes.
    """
    values = {method: numbers for method, numbers in results.items() if not isinstance(numbers, str)}
    metrics = list(values[OURS])
    rows = [_row(method, metrics, results[method]) for method in results]
    leads = {
        rival: {metric: values[OURS][metric] - values[rival][metric] for metric in metrics} for rival in RIVALS if rival in values
    }
    rows += [_row(f"{OURS}{LESS}{rival}", metrics, lead) for rival, lead in leads.items()]
    if groups is not None and RIVALS[0] in leads:
        rows.append(_row(f"{OURS}{LESS}{RIVALS[0]}{BY_CLASSES}", metrics, leads[RIVALS[0]], groups))
    return Table(title, note, ("method", *metrics), tuple(rows), protocol, len(values[OURS][metrics[0]]))


def class_means(classes: Sequence[str], results: Mapping[str, MetricValues | str], metrics: Sequence[str]) -> dict[str, Any]:
    """Return the mean of each class, for each method that has values.

    Args:
        classes: The class of each query ``(n,)``.
        results: As for ``comparison``.
        metrics: The metrics to average.

    Returns:
        ``{"columns": metrics, "classes": {class: {"queries": count, method: [mean of each metric]}}}``.
    """
    names = np.asarray(classes)
    means: dict[str, dict[str, Any]] = {}
    for name in sorted(set(classes)):
        members = names == name
        means[name] = {"queries": int(members.sum())} | {
            method: [round(float(np.mean(values[metric][members])), 3) for metric in metrics]
            for method, values in results.items()
            if not isinstance(values, str)
        }
    return {"columns": list(metrics), "classes": means}


def _row(method: str, metrics: Sequence[str], values: MetricValues | str, groups: Rows | None = None) -> tuple[Cell, ...]:
    if isinstance(values, str):
        return (Cell(text=method), *(Cell(text=values) for _ in metrics))
    return (Cell(text=method), *(mean_cell(values[metric], groups) for metric in metrics))
