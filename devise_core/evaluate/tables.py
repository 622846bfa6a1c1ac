"""Results as tables: one row per method, and in each cell a mean with its 95% interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from devise_core.evaluate.metrics import Relevant, Values, exact_interval, interval, interval_over_groups
from devise_core.results import BY_CLASSES, LESS, OURS, Cell, Table
from devise_core.vectors import Rows

MetricValues = Mapping[str, Values]
"""One number per query, by the name of the metric."""

Averager: TypeAlias = Callable[[Values, Rows | None], Cell]
"""Numbers per query and the group of each query, or None → their mean with its interval."""

RIVALS = ("ConSE (T = 10)", "softmax")
"""The methods that every table compares with DeViSE query by query."""


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
    """Return the mean of a metric with its 95% interval.

    The interval is a bootstrap interval, or exact if all values are 0 or all are 1 (see ``exact_interval``).

    Args:
        values: One number per query ``(n,)``, from 0 to 1.
        groups: The group of each query ``(n,)``, to resample whole groups. By default, queries are resampled.
    """
    if values.min() == values.max() and values[0] in (0, 1):
        return _cell(values, exact_interval(int(values[0]), len(values) if groups is None else len(np.unique(groups))))
    return _bootstrapped(values, groups)


def subset(results: Mapping[str, MetricValues | str], kept: Relevant) -> dict[str, MetricValues | str]:
    """Return the results of the queries for which ``kept`` ``(n,)`` is true. The text of a method without values stays."""
    return {
        method: values if isinstance(values, str) else {metric: numbers[kept] for metric, numbers in values.items()}
        for method, values in results.items()
    }


def comparison(
    title: str,
    note: str,
    protocol: str,
    results: Mapping[str, MetricValues | str],
    classes: Rows | None = None,
    clusters: Rows | None = None,
    ours: str = OURS,
    further: Sequence[tuple[str, str]] = (),
) -> Table:
    """Return a table with a row per method, and a row per rival with the lead of ``ours`` over the rival, by the paired bootstrap.

    Args:
        title: What was measured.
        note: What the metrics mean.
        protocol: The name of the protocol.
        results: For each method its values by metric, or the reason why the method has no values.
        classes: The class of each query ``(n,)``. If given, the last rows repeat the lead over the first rival and the ``further``
            differences, with intervals that resample whole classes.
        clusters: The cluster of each query ``(n,)``, such as its image. If given, all intervals resample whole clusters.
        ours: The method that is compared with the rivals.
        further: Further pairs of methods to compare. The difference is the first minus the second.
    """
    values = {method: numbers for method, numbers in results.items() if not isinstance(numbers, str)}
    metrics = list(values[ours])
    rows = [_row(method, metrics, results[method], mean_cell, clusters) for method in results]
    pairs = [pair for pair in (*((ours, rival) for rival in RIVALS), *further) if set(pair) <= set(values)]
    leads = {(one, other): {metric: values[one][metric] - values[other][metric] for metric in metrics} for one, other in pairs}
    rows += [_row(LESS.join(pair), metrics, lead, _bootstrapped, clusters) for pair, lead in leads.items()]
    if classes is not None:
        repeated = {pair: lead for pair, lead in leads.items() if pair == (ours, RIVALS[0]) or pair in further}
        rows += [_row(LESS.join(pair) + BY_CLASSES, metrics, lead, _bootstrapped, classes) for pair, lead in repeated.items()]
    return Table(title, note, ("method", *metrics), tuple(rows), protocol, len(values[ours][metrics[0]]))


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


def _row(
    method: str,
    metrics: Sequence[str],
    values: MetricValues | str,
    cell: Callable[[Values, Rows | None], Cell],
    groups: Rows | None,
) -> tuple[Cell, ...]:
    if isinstance(values, str):
        return (Cell(text=method), *(Cell(text=values) for _ in metrics))
    return (Cell(text=method), *(cell(values[metric], groups) for metric in metrics))


def _bootstrapped(values: Values, groups: Rows | None) -> Cell:
    return _cell(values, interval(values) if groups is None else interval_over_groups(values, groups))


def _cell(values: Values, bounds: tuple[float, float]) -> Cell:
    mean, low, high = (round(float(number), 4) for number in (np.mean(values), *bounds))  # rounded as in the results file
    return Cell(mean, low, high)
