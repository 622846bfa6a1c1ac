"""Multiply queries with rows of bytes: with NumKong as integers where it is installed, or else with NumPy as floats.

NumPy has to convert each byte to a float first, which takes most of the time. NumKong uses the instructions of the processor for
bytes, and is optional.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Protocol

import numpy as np

from devise_core.storage.mapped_rows import row_blocks
from devise_core.vectors import Bytes, Floats, quantise

BLOCK_ROWS, INTEGER_BLOCK_ROWS = 2_048, 8_192
"""How many rows are multiplied at a time, as floats and as integers. Smaller blocks cost more calls, and larger ones do not
fit in the cache. Bytes take a quarter of the space of floats."""
STEPS = 254
"""The first byte of a number of a query rounds it to a step, and the second byte divides that step into this many smaller ones."""


class Multiply(Protocol):
    """Multiplies queries with rows."""

    def __call__(self, queries: Floats, rows: Bytes, products: Floats) -> None:
        """Write the products of queries and rows.

        Args:
            queries: The queries ``(m, d)``.
            rows: The rows ``(n, d)``.
            products: The products ``(m, n)`` are written here.
        """


def multiply_as_floats(queries: Floats, rows: Bytes, products: Floats) -> None:
    """Write the products, which NumPy computes as floats. The only error is the rounding of floats.

    Args:
        queries: The queries ``(m, d)``.
        rows: The rows ``(n, d)``.
        products: The products ``(m, n)`` are written here.
    """
    block = np.empty((BLOCK_ROWS, rows.shape[1]), dtype=np.float32)
    for part in row_blocks(len(rows), BLOCK_ROWS):
        numbers = block[: part.stop - part.start]
        np.copyto(numbers, rows[part])
        for query, values in zip(queries, products, strict=True):
            np.dot(numbers, query, out=values[part])


def multiply_as_integers(queries: Floats, rows: Bytes, products: Floats) -> None:
    """Write the products, computed as integers with two bytes for each number of a query. ``STEPS`` limits their error.

    Args:
        queries: The queries ``(m, d)``.
        rows: The rows ``(n, d)``.
        products: The products ``(m, n)`` are written here.
    """
    import numkong

    numbers, weights = in_two_bytes(queries)
    packed = numkong.dots_pack(numbers, dtype="int8")
    for part in row_blocks(len(rows), INTEGER_BLOCK_ROWS):
        sums = np.asarray(numkong.dots_packed(rows[part], packed))  # (b, 2m)
        np.matmul(weights, sums.T.astype(np.float32), out=products[:, part])


def in_two_bytes(queries: Floats) -> tuple[Bytes, Floats]:
    """Round queries ``(m, d)`` to two bytes for each number.

    Returns:
        ``int8 (2m, d)`` and weights ``float32 (m, 2m)``. The product of weights and bytes is approximately the queries.
    """
    first, coarse = quantise(queries)
    second, fine = quantise(queries - first * coarse[:, None])
    return np.vstack([first, second]), np.hstack([np.diag(coarse), np.diag(fine)])


@cache
def fastest_multiply() -> Multiply:
    """Return the fastest of the functions whose packages are installed."""
    return multiply_as_integers if importlib.util.find_spec("numkong") else multiply_as_floats
