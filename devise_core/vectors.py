"""Unit vectors, and how a matrix of vectors is kept in a quarter of its space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]

ROWS_AT_A_TIME = 16_384
_SMALLEST_NORM = 1e-9


def unit(vectors: npt.ArrayLike) -> Floats:
    """Vectors ``(…, d)`` scaled to length 1. Raises ``ValueError`` for one that has no direction or is not finite."""
    values = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    if not np.isfinite(norms).all() or (norms < _SMALLEST_NORM).any():
        raise ValueError("A vector of length zero, or with a value that is not finite, has no direction.")
    return np.asarray(values / norms, dtype=np.float32)


def without(vectors: Floats, directions: Floats) -> Floats:
    """Unit vectors ``(…, d)`` with the orthonormal ``directions`` ``(m, d)`` taken out, scaled to length 1 again."""
    return unit(vectors - (vectors @ directions.T) @ directions)


def quantise(vectors: Floats) -> tuple[Bytes, Floats]:
    """Rows ``(n, d)`` → ``int8 (n, d)`` and a scale for each row ``(n,)``: row ≈ int8 · scale."""
    largest = np.abs(vectors).max(axis=1)
    scales = np.asarray(np.where(largest > 0, largest, 1) / 127, dtype=np.float32)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales


def cosines(query: Floats, rows: Bytes, directions: Floats | None = None) -> Floats:
    """Cosine of a unit ``query`` ``(d,)`` with each quantised row ``(n, d)``; a row's scale does not change its direction.

    With orthonormal ``directions`` ``(m, d)``, which the query must lack, each row is compared as if they were taken out of it.
    A few thousand rows are widened at a time, so the whole matrix never stands in memory as floats.
    """
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        block = rows[start:start + ROWS_AT_A_TIME].astype(np.float32)
        squares = np.einsum("nd,nd->n", block, block)
        if directions is not None:
            squares -= np.square(block @ directions.T).sum(axis=1)
        norms = np.sqrt(np.maximum(squares, 0))
        found[start:start + ROWS_AT_A_TIME] = block @ query / np.maximum(norms, _SMALLEST_NORM)
    return found


def largest(scores: Floats, k: int) -> Rows:
    """The places of the ``k`` largest scores, largest first; of equals the earlier one first."""
    k = min(k, len(scores))
    if k < len(scores) // 4:
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= threshold)
    else:
        kept = np.arange(len(scores))
    return kept[np.argsort(-scores[kept], kind="stable")][:k]
