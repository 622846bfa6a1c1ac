"""Unit vectors, and how a matrix of vectors is kept in a quarter of its space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]

ROWS_AT_A_TIME = 4_096
"""A block that stays in the cache, and too small for threads, which wait for each other longer than it takes."""
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


def lengths(rows: Bytes, directions: Floats | None = None) -> Floats:
    """Of quantised rows ``(n, d)``, without the orthonormal ``directions`` ``(m, d)`` where given: what ``cosines`` divides by."""
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        block = rows[start : start + ROWS_AT_A_TIME].astype(np.float32)
        squares = np.einsum("nd,nd->n", block, block)
        if directions is not None:
            squares -= np.square(block @ directions.T).sum(axis=1)
        found[start : start + ROWS_AT_A_TIME] = np.sqrt(np.maximum(squares, 0))
    return np.maximum(found, _SMALLEST_NORM)


def cosines(query: Floats, rows: Bytes, its: Floats) -> Floats:
    """Cosine of a unit ``query`` ``(d,)`` with each quantised row ``(n, d)``; a row's scale does not change its direction.

    ``its``: the rows' ``lengths``. Where those are without some directions, the query must lack them too; each row is then
    compared as if they were taken out of it. The whole matrix never stands in memory as floats.
    """
    found = np.empty(len(rows), dtype=np.float32)
    block = np.empty((ROWS_AT_A_TIME, rows.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        some = rows[start : start + ROWS_AT_A_TIME]
        np.copyto(block[: len(some)], some)
        np.dot(block[: len(some)], query, out=found[start : start + ROWS_AT_A_TIME])
    return np.asarray(found / its, dtype=np.float32)


def largest(scores: Floats, k: int) -> Rows:
    """The places of the ``k`` largest scores, largest first; of equals the earlier one first."""
    k = min(k, len(scores))
    if k < len(scores) // 4:
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= threshold)
    else:
        kept = np.arange(len(scores))
    return kept[np.argsort(-scores[kept], kind="stable")][:k]
