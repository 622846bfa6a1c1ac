"""Retrieval metrics from scores. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats

Relevant = npt.NDArray[np.bool_]


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
    return float(relevant[np.argsort(-scores, kind="stable")[:k]].sum() / min(k, relevant.sum()))


def recall_at(scores: Floats, true: npt.NDArray[np.int64], k: int) -> float:
    """Share of rows ``(n, m)`` of ``scores`` whose own column ``true`` ``(n,)`` is among the ``k`` best."""
    own = np.take_along_axis(scores, true[:, None], axis=1)
    return float(np.mean((scores > own).sum(axis=1) < k))


def interval(values: Sequence[float], draws: int = 2000, seed: int = 7) -> tuple[float, float]:
    """Bootstrap 95% interval of the mean over queries."""
    rng = np.random.default_rng(seed)
    drawn = np.asarray(values)[rng.integers(len(values), size=(draws, len(values)))].mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)
