"""Retrieval metrics from scores, and 95% intervals of their means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats, Rows

Relevant = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
"""One number per query, so that methods can be compared query by query."""
_BATCH = 1_000_000
"""How many values the bootstrap draws at a time, so that its memory does not grow with the number of resamples."""


def average_precision(scores: Floats, relevant: Relevant) -> float:
    """Return the mean of the precision at each relevant item, over the whole ranking.

    The result equals ``sklearn.metrics.average_precision_score`` if no scores are tied. The Results page calls this function, and
    importing scikit-learn for it would add 75 MB of memory to the server.

    Args:
        scores: The score of each item ``(n,)``. Higher is better.
        relevant: Which items are relevant ``(n,)``.

    Raises:
        ValueError: If no item is relevant.
    """
    if not relevant.any():
        raise ValueError("Average precision needs at least one relevant item.")
    ranked = relevant[np.argsort(-scores, kind="stable")]
    places = np.flatnonzero(ranked)
    return float(np.mean(np.arange(1, len(places) + 1) / (places + 1)))


def precision_at(scores: Floats, relevant: Relevant, k: int) -> float:
    """Return the number of relevant items among the ``k`` best, divided by the largest possible number.

    Args:
        scores: The score of each item ``(n,)``. Higher is better.
        relevant: Which items are relevant ``(n,)``.
        k: How many of the best items count.

    Raises:
        ValueError: If no item is relevant.
    """
    if not relevant.any():
        raise ValueError("Precision needs at least one relevant item.")
    return float(relevant[np.argsort(-scores, kind="stable")[:k]].sum() / min(k, int(relevant.sum())))


def ranks(scores: Floats, true: Rows) -> Rows:
    """Return the rank of the true column in each row: how many columns score higher. 0 is the best. Ties favour the true column.

    ``best_columns`` instead puts the earlier of equal columns first. The two rules differ for one of the 1000 ImageNet samples with
    DeViSE and for one with ConSE, because a few labels have the same vector. Their hit@1 would be 0.001 lower with the other rule.

    Args:
        scores: ``(n, m)``.
        true: The true column of each row ``(n,)``.
    """
    return np.asarray((scores > np.take_along_axis(scores, true[:, None], axis=1)).sum(axis=1), dtype=np.int64)


def best_rank(scores: Floats, relevant: Relevant) -> Rows:
    """Return the rank of the best relevant column in each row. ``ranks`` does the same for a single relevant column.

    Args:
        scores: ``(n, m)``.
        relevant: Which columns are relevant in each row ``(n, m)``.
    """
    best = np.where(relevant, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray((scores > best).sum(axis=1), dtype=np.int64)


def hits(ranks: Rows, k: int) -> Values:
    """Return flat hit@k of each row ``(n,)``: 1 if the rank is below ``k``, and otherwise 0."""
    return np.asarray(ranks < k, dtype=np.float64)


def best_columns(scores: Floats, k: int) -> Rows:
    """Return the ``k`` best columns of each row ``(n, k)``, best first. If scores are equal, the earlier column comes first."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def hierarchical_precision(predicted: Rows, correct: Relevant) -> Values:
    """Return the share of each row's predictions that are in its correct set ``(n,)``.

    Args:
        predicted: The predicted columns of each row ``(n, k)``.
        correct: The correct set of each row ``(n, m)``.
    """
    return np.asarray(np.take_along_axis(correct, predicted, axis=1).mean(axis=1), dtype=np.float64)


def overlap(predicted: Sequence[str], true: Sequence[str], k: int) -> float:
    """Return hierarchical precision@k as the 2020 notebook defines it.

    Args:
        predicted: The predicted words, the best first.
        true: The true words, the nearest first.
        k: How many words of each list to compare, at least 1.

    Returns:
        The share of the first ``k`` predicted words that are among the first ``k`` true words, from 0 to 1.
    """
    return len(set(predicted[:k]) & set(true[:k])) / k


def interval(values: Sequence[float] | Values, draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """Return the bootstrap 95% interval of the mean over queries. With differences per query, this is the paired bootstrap.

    Args:
        values: The metric of each query ``(n,)``, or the difference of the metric between two methods.
        draws: The number of resamples.
        seed: The seed of the resampling.

    Returns:
        The lower and the upper bound. Both are the mean if there is only one query.
    """
    from scipy.stats import bootstrap

    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2:
        return float(sample.mean()), float(sample.mean())
    batch = max(1, _BATCH // len(sample))
    rng = np.random.default_rng(seed)
    low, high = bootstrap((sample,), np.mean, n_resamples=draws, batch=batch, method="percentile", rng=rng).confidence_interval
    return float(low), float(high)


def exact_interval(value: int, count: int) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) 95% interval of a mean if all queries have the same ``value``, 0 or 1.

    Every resample of such queries has the same mean, so the bootstrap would return an interval without width. The exact interval of
    a share also holds for metrics between 0 and 1, because their mean is at most the share of queries above 0.

    Args:
        value: 0 or 1.
        count: The number of queries, or of groups of similar queries.

    Returns:
        The lower and the upper bound.
    """
    from scipy.stats import binomtest

    low, high = binomtest(value * count, count).proportion_ci(0.95, "exact")
    return float(low), float(high)


def interval_over_groups(values: Values, groups: Rows, draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """Return the bootstrap 95% interval of the mean over queries, if queries of the same group are similar.

    Each resample draws whole groups and pools their queries.

    Args:
        values: One number per query ``(n,)``.
        groups: The group of each query ``(n,)``.
        draws: The number of resamples.
        seed: The seed of the resampling.

    Returns:
        The lower and the upper bound. Both are the mean if there is only one group.
    """
    from scipy.stats import bootstrap

    present = np.unique(groups)
    sums, counts = np.bincount(groups, values)[present], np.bincount(groups)[present]
    if len(present) < 2:
        return float(values.mean()), float(values.mean())

    def pooled_mean(sums: Values, counts: Values, axis: int) -> Values:
        return np.asarray(sums.sum(axis=axis) / counts.sum(axis=axis))

    rng = np.random.default_rng(seed)
    low, high = bootstrap(
        (sums, counts), pooled_mean, n_resamples=draws, paired=True, vectorized=True, method="percentile", rng=rng
    ).confidence_interval
    return float(low), float(high)
