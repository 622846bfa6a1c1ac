"""Retrieval metrics from scores. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats, Rows

Relevant = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
"""One number for each query, so that methods can be compared query by query."""
_DRAWN_AT_ONCE = 1_000_000


def average_precision(scores: Floats, relevant: Relevant) -> float:
    """Mean of the precision at each relevant item over the whole ranking. Raises ``ValueError`` where nothing is relevant."""
    if not relevant.any():
        raise ValueError("Average precision needs at least one relevant item.")
    ranked = relevant[np.argsort(-scores, kind="stable")]
    places = np.flatnonzero(ranked)
    return float(np.mean(np.arange(1, len(places) + 1) / (places + 1)))


def precision_at(scores: Floats, relevant: Relevant, k: int) -> float:
    """Relevant items among the ``k`` best, divided by the most there could be."""
    if not relevant.any():
        raise ValueError("Precision needs at least one relevant item.")
    return float(relevant[np.argsort(-scores, kind="stable")[:k]].sum() / min(k, int(relevant.sum())))


def ranks(scores: Floats, true: Rows) -> Rows:
    """How many columns of each row ``(n, m)`` score above its own, ``true`` ``(n,)``: 0 for the best. Ties favour the own one."""
    return np.asarray((scores > np.take_along_axis(scores, true[:, None], axis=1)).sum(axis=1), dtype=np.int64)


def best_rank(scores: Floats, relevant: Relevant) -> Rows:
    """The same for rows with several own columns, ``relevant`` ``(n, m)``: the rank of the best of them."""
    best = np.where(relevant, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray((scores > best).sum(axis=1), dtype=np.int64)


def hits(places: Rows, k: int) -> Values:
    """Flat hit@k of each row, 0 or 1: whether its rank is below ``k``."""
    return np.asarray(places < k, dtype=np.float64)


def best_columns(scores: Floats, k: int) -> Rows:
    """The ``k`` best columns of each row ``(n, m)``, best first: ``(n, k)``. Of equals the earlier one first."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def share_in(predicted: Rows, correct: Relevant) -> Values:
    """Hierarchical precision of each row: the share of its predictions ``(n, k)`` that its ``correct`` set ``(n, m)`` holds."""
    return np.asarray(np.take_along_axis(correct, predicted, axis=1).mean(axis=1), dtype=np.float64)


def overlap(found: Sequence[str], true: Sequence[str], k: int) -> float:
    """Hierarchical precision@k in the seed's form: how many of the first ``k`` words are among the true ones, over k."""
    return len(set(found[:k]) & set(true[:k])) / k


def interval_over_groups(values: Values, groups: Rows, draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """The same where the queries of one of ``groups`` ``(n,)`` are alike: whole groups are drawn, and all their queries pooled."""
    sums, counts = np.bincount(groups, values), np.bincount(groups)
    kept = np.flatnonzero(counts)
    drawn = kept[np.random.default_rng(seed).integers(len(kept), size=(draws, len(kept)))]
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def interval(values: Sequence[float] | Values, draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """Bootstrap 95% interval of the mean over queries. Of differences query by query it is the paired bootstrap."""
    rng = np.random.default_rng(seed)
    found = np.asarray(values, dtype=np.float64)
    at_once = max(1, _DRAWN_AT_ONCE // len(found))
    drawn = [
        found[rng.integers(len(found), size=(min(at_once, draws - start), len(found)))].mean(axis=1)
        for start in range(0, draws, at_once)
    ]
    low, high = np.percentile(np.concatenate(drawn), (2.5, 97.5))
    return float(low), float(high)
