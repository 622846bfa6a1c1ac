"""Unit vectors, how a matrix of ``float32`` vectors is stored as ``int8`` in a quarter of the space, and checks of arguments.

In this file, the length of a vector is its Euclidean norm.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from devise_core.errors import ArtifactError, QueryError, shown_value

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]

ROWS_AT_A_TIME = 4_096
"""A block of this many rows fits in the CPU cache. A block this small is not shared among threads, which would mostly wait."""

LARGEST = 1e15
"""The largest magnitude of a number in a file. The sum of the squares of a million such numbers fits in a ``float32``."""
_SMALLEST_NORM = 1e-9
_HALF_EXPONENT = np.int16(0x7C00)
_HALF_BITS = np.int32(~0x70001FFF)
"""The ``float32`` bits that receive the bits of a ``float16``: the sign, five bits of the exponent and ten of the fraction."""


def unit(vectors: npt.ArrayLike) -> Floats:
    """Scale vectors ``(…, d)`` to length 1.

    Raises:
        ValueError: A vector has length zero or is not finite.
    """
    values = np.asarray(vectors, dtype=np.float32)
    with np.errstate(over="ignore"):  # numbers that are too large have an infinite length
        norms = np.linalg.norm(values, axis=-1, keepdims=True)
    if not np.isfinite(norms).all() or (norms < _SMALLEST_NORM).any():
        raise ValueError("A vector of length zero, or with a value that is not finite, has no direction.")
    return np.asarray(values / norms, dtype=np.float32)


def unit_stored(rows: npt.ArrayLike, table: str) -> Floats:
    """Scale vectors ``(…, d)`` that were read from a file to length 1.

    Args:
        rows: The vectors.
        table: What to call the file in an error, such as "word vectors".

    Raises:
        ArtifactError: A vector has length zero or is not finite.
    """
    try:
        return unit(rows)
    except ValueError as error:
        raise ArtifactError(
            f"The {table} are damaged: one of them has no direction. Restore the file, or make it again."
        ) from error


def unit_or_zero(vectors: npt.ArrayLike) -> Floats:
    """Scale vectors ``(…, d)`` to length 1. A zero vector stays zero."""
    values = np.asarray(vectors, dtype=np.float32)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), _SMALLEST_NORM), dtype=np.float32)


def from_half(numbers: npt.NDArray[np.float16]) -> Floats:
    """Convert ``float16`` to ``float32``. For features, many of which are zero, this takes a fifth of NumPy's time.

    The bits of the exponent and the fraction are moved to their places in a ``float32``. The result is then scaled, because the
    exponent of a ``float32`` has a different bias.

    Args:
        numbers: Finite numbers. This is not checked: infinity and NaN become finite numbers.
    """
    bits = np.asarray(numbers).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _HALF_BITS
    values = bits.view(np.float32)
    values *= np.float32(2.0**112)
    return values


def is_finite_half(numbers: npt.NDArray[np.float16]) -> bool:
    """Return whether all numbers are finite. This takes a third of NumPy's time."""
    return bool((np.asarray(numbers).view(np.int16) & _HALF_EXPONENT).max(initial=0) < _HALF_EXPONENT)


def fault_of(numbers: npt.NDArray[np.floating[Any]]) -> str:
    """Return why numbers in a file cannot be used, such as "that are not finite", or "" if they can be used."""
    lowest, highest = float(numbers.min(initial=0)), float(numbers.max(initial=0))  # NaN if a number is NaN
    if lowest >= -LARGEST and highest <= LARGEST:
        return ""
    return "that are too large" if np.isfinite([lowest, highest]).all() else "that are not finite"


def without(vectors: Floats, directions: Floats) -> Floats:
    """Remove the orthonormal ``directions`` ``(m, d)`` from unit vectors ``(…, d)``, and scale the vectors to length 1 again.

    Raises:
        ValueError: A vector is a combination of the directions, so that nothing is left of it.
    """
    return unit(vectors - (vectors @ directions.T) @ directions)


def quantise(vectors: Floats) -> tuple[Bytes, Floats]:
    """Quantise rows ``(n, d)``.

    Returns:
        ``int8 (n, d)``, and a scale for each row ``float32 (n,)``. A row is about its ``int8`` numbers times its scale.
    """
    maxima = np.abs(vectors).max(axis=1)
    scales = np.asarray(np.where(maxima > 0, maxima, 1) / 127, dtype=np.float32)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales


def row_lengths(rows: Bytes, directions: Floats | None = None) -> Floats:
    """Return the lengths of quantised rows, which ``cosines`` divides by.

    Args:
        rows: ``int8 (n, d)``.
        directions: Orthonormal rows ``(m, d)``. If given, they are removed from the rows first, as in ``without``.

    Returns:
        ``float32 (n,)``, above zero.
    """
    lengths = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        block = rows[start : start + ROWS_AT_A_TIME].astype(np.float32)
        squares = np.einsum("nd,nd->n", block, block)
        if directions is not None:
            squares -= np.square(block @ directions.T).sum(axis=1)
        lengths[start : start + ROWS_AT_A_TIME] = np.sqrt(np.maximum(squares, 0))
    return np.maximum(lengths, _SMALLEST_NORM)


def cosines(query: Floats, rows: Bytes, lengths: Floats) -> Floats:
    """Return the cosine of a query with each quantised row. A row's scale does not change its direction.

    The whole matrix is never in memory as floats.

    Args:
        query: A unit vector ``(d,)``. If ``row_lengths`` was given directions, the caller must remove them from
            the query too.
        rows: ``int8 (n, d)``.
        lengths: What ``row_lengths`` returns for the rows, ``(n,)``. If ``row_lengths`` was given directions, the result is as if
            the directions had been removed from each row.

    Returns:
        ``float32 (n,)``.
    """
    products = np.empty(len(rows), dtype=np.float32)
    block = np.empty((ROWS_AT_A_TIME, rows.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        batch = rows[start : start + ROWS_AT_A_TIME]
        np.copyto(block[: len(batch)], batch)
        np.dot(block[: len(batch)], query, out=products[start : start + ROWS_AT_A_TIME])
    return np.asarray(products / lengths, dtype=np.float32)


def largest(scores: Floats, k: int) -> Rows:
    """Return the indices of the ``k`` largest scores, the largest first. Equal scores keep their order."""
    k = min(k, len(scores))
    if k < len(scores) // 4:
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= threshold)
    else:
        candidates = np.arange(len(scores))
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


def best_first(values: Floats) -> Rows:
    """Return the indices of the values, the largest value first. Equal values keep their order.

    The bits of a float, read as an integer, sort in the same order as the float. The index of each value is put into the 32
    bits below, so that no two integers are equal. NumPy's fast sort then takes a fifth of the time of its stable sort.

    Args:
        values: Finite numbers ``(n,)``.
    """
    bits = (values + np.float32(0)).view(np.int32)  # 0 and -0 are equal
    order = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    return np.sort((-order << 32) | np.arange(len(values))) & 0xFFFFFFFF


def vector_given(vector: object, dimension: int, instead: str = "") -> Floats:
    """Return a vector as an array, scaled to length 1.

    Args:
        vector: What the caller gave.
        dimension: How many numbers it must have.
        instead: What the caller could give instead of a vector, for the message, such as "a query or ".

    Returns:
        ``float32 (dimension,)`` of length 1.

    Raises:
        QueryError: ``vector`` is not ``dimension`` finite numbers, or it is too short or too long to have a direction.
    """
    try:
        with np.errstate(over="ignore"):  # numbers that are too large become infinite
            values = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError):
        values = np.empty(0, dtype=np.float32)
    if values.shape != (dimension,) or not np.isfinite(values).all() or not values.any():
        raise QueryError(
            f"Give {instead}a vector of {dimension} finite numbers that are not all zero. "
            f"Received: {type(vector).__name__}{f' of shape {values.shape}' if values.size else ''}."
        )
    try:
        return unit(values)
    except ValueError as error:
        raise QueryError("The vector is too short or too long to have a direction. Scale it to a length of about 1.") from error


def is_series(value: object) -> TypeGuard[Iterable[Any]]:
    """Return whether ``value`` can be iterated over. An array without dimensions only looks as if it could."""
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) != 0


def rows_given(rows: object, count: int) -> Rows:
    """Return ``rows`` as an array, or raise ``QueryError`` if they are not whole numbers from 0 to ``count - 1``."""
    try:
        values = np.asarray(rows)
    except ValueError:  # lists of different lengths
        values = np.empty((0, 0))
    if values.dtype == object and values.ndim == 1 and values.size and all(type(row) is int for row in values):
        raise _no_such_rows(min(values), max(values), count)  # too large for NumPy
    if values.ndim != 1 or (values.size and values.dtype.kind not in "iu"):
        raise QueryError(f"Give a list of rows, which are whole numbers. Received: {type(rows).__name__}.")
    if values.size and not 0 <= values.min() <= values.max() < count:
        raise _no_such_rows(int(values.min()), int(values.max()), count)
    return values.astype(np.int64)


def _no_such_rows(first: int, last: int, count: int) -> QueryError:
    received = shown_value(first) if first == last else f"{shown_value(first)} to {shown_value(last)}"
    there = f"The collection has the rows 0 to {count - 1}" if count else "The collection has no images, and so no rows"
    return QueryError(f"{there}. Received: {received}.")


def row_given(row: object, count: int) -> int:
    """Return ``row``, or raise ``QueryError`` if it is not a whole number from 0 to ``count - 1``."""
    if isinstance(row, bool) or not isinstance(row, int | np.integer):
        raise QueryError(f"A row is a whole number. Received: {type(row).__name__}.")
    return int(rows_given([row], count)[0])
