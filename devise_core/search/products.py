"""Inner products of a query with the vectors of many images, either exact, or fast with a bound on their error.

Computing exact products with a million images would take a second, because all of their vectors would have to be read. Each vector
is therefore also stored with one byte for each number. Fast products with these bytes decide for which images the exact
products are computed. ``ScannedProducts.error`` says how far a fast product can be from the exact one.
"""

from __future__ import annotations

import importlib.util
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.search.byte_products import BLOCK_ROWS, STEPS, fastest_multiply
from devise_core.storage.artifact_reader import open_file, reading
from devise_core.storage.mapped_rows import VectorRows, row_blocks
from devise_core.vectors import Bytes, Floats, Rows, fault_of, quantise

ERRORS = 6.0
"""The bound on the error, in standard deviations. The sum of many rounding errors is roughly normally distributed, so about one
product in a billion is outside the bound."""
ROWS_OF_A_CORE = 1 << 17
"""Each core multiplies at least this many rows. With fewer rows, passing the work to threads takes more time than they save."""
_SCALE_BYTES = 4


class Products(ABC):
    """Inner products of queries ``(m, d)`` with the rows of a matrix ``(n, d)``."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """The number of values in a row, ``d``."""

    @abstractmethod
    def fast(self, queries: Floats) -> Floats:
        """Return the products with all rows ``float32 (m, n)``. Each product may be off by up to ``error(queries)``."""

    @abstractmethod
    def error(self, queries: Floats) -> float:
        """Return the bound on the error of ``fast`` for any of the queries. It is 0 if ``fast`` is exact."""

    @abstractmethod
    def exact(self, queries: Floats, rows: Rows) -> Floats:
        """Return the products with the rows at ``rows``, ``(m, len(rows))``."""


class ExactProducts(Products):
    """A matrix in memory ``(n, d)``."""

    def __init__(self, vectors: Floats) -> None:
        self._vectors = vectors

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimension(self) -> int:
        """The number of values in a row, ``d``."""
        return int(self._vectors.shape[1])

    def fast(self, queries: Floats) -> Floats:
        """Return the exact products with all rows ``float32 (m, n)``."""
        return np.asarray(queries @ self._vectors.T, dtype=np.float32)

    def error(self, queries: Floats) -> float:  # noqa: ARG002  the contract's signature
        """Return 0, because the products are exact."""
        return 0.0

    def exact(self, queries: Floats, rows: Rows) -> Floats:
        """Return the products with the rows at ``rows``."""
        return np.asarray(queries @ self._vectors[rows].T, dtype=np.float32)


class ScannedProducts(Products):
    """A matrix that is stored twice: as it is, and with one byte for each number.

    Args:
        path: The file that ``write_scan`` wrote, or several such files, whose rows are joined in this order.
        vectors: The matrix itself ``(n, d)``, or None if ``exact`` is not used.
        shape: The shape of the matrix. Needed only if ``vectors`` is None.

    Raises:
        ArtifactError: A file is missing or damaged, or belongs to another matrix.
    """

    def __init__(self, path: Path | Sequence[Path], vectors: VectorRows | None, shape: tuple[int, int] | None = None) -> None:
        self._vectors = vectors
        count, width = shape or (vectors.shape if vectors is not None else (0, 0))
        paths = [path] if isinstance(path, Path) else list(path)
        self._files = [_open_scan(each, width) for each in paths]
        self._count, self._width = sum(map(len, self._files)), int(width)
        if self._count != count:
            raise ArtifactError(f"{paths[0]} does not belong to its vectors. Make the collection again.")
        self._scales = np.concatenate(
            [np.ascontiguousarray(file[:, -_SCALE_BYTES:]).view(np.float32)[:, 0] for file in self._files]
        )
        if fault := fault_of(self._scales):
            raise ArtifactError(f"{paths[0]} holds numbers {fault}. Make the collection again.")
        self._largest_scale = float(np.abs(self._scales).max(initial=0.0))

    def __len__(self) -> int:
        return self._count

    @property
    def dimension(self) -> int:
        """The number of values in a row, ``d``."""
        return self._width

    def fast(self, queries: Floats) -> Floats:
        """Return approximate products with the matrix, computed from the stored bytes. Up to eight cores share the work."""
        padded = np.pad(queries, ((0, 0), (0, _SCALE_BYTES))).astype(np.float32)
        products = np.empty((len(queries), self._count), dtype=np.float32)
        multiply_rows = fastest_multiply()

        def multiply(file: Bytes, first: int, part: slice) -> None:
            values = products[:, first + part.start : first + part.stop]
            multiply_rows(padded, file[part], values)
            values *= self._scales[first + part.start : first + part.stop]

        jobs, first = list[tuple[Bytes, int, slice]](), 0
        for file in self._files:
            jobs += [(file, first, part) for part in row_blocks(len(file), max(ROWS_OF_A_CORE, -(-len(file) // _cores())))]
            first += len(file)
        with _one_thread_each():
            list(_pool().map(multiply, *zip(*jobs, strict=True)) if len(jobs) > 1 else starmap(multiply, jobs))
        return products

    def error(self, queries: Floats) -> float:
        """Return ``ERRORS`` standard deviations of the rounding error of a product, for the row with the largest numbers.

        If ``byte_products`` multiplies integers, the query is rounded too. This adds 0.1% for vectors of 128 numbers.
        """
        longest = float(np.linalg.norm(queries, axis=1).max(initial=0.0))
        rounded = np.sqrt(1 + self._width / STEPS**2)
        return float(ERRORS * self._largest_scale / np.sqrt(12) * longest * rounded)

    def exact(self, queries: Floats, rows: Rows) -> Floats:
        """Return the products with the rows of the matrix itself at ``rows``, ``(m, len(rows))``.

        Raises:
            ValueError: The matrix was not given.
        """
        if self._vectors is None:
            raise ValueError("The matrix was not given, so there are only fast products.")
        return np.asarray(queries @ self._vectors[rows].T, dtype=np.float32)


def _open_scan(path: Path, width: int) -> Bytes:
    with reading(path), open_file(path):
        stored: Bytes = np.load(path, mmap_mode="r", allow_pickle=False)
    if stored.dtype != np.int8 or stored.ndim != 2 or stored.shape[1] != width + _SCALE_BYTES:
        raise ArtifactError(f"{path} does not belong to its vectors. Make the collection again.")
    return np.asarray(stored)  # each slice of a memmap takes ten times as long to make


def write_scan(path: Path, vectors: VectorRows) -> None:
    """Write ``vectors`` ``(n, d)`` to ``path`` with one byte for each number. Each row is followed by the scale of its bytes."""
    stored = np.lib.format.open_memmap(path, "w+", np.int8, (len(vectors), vectors.shape[1] + _SCALE_BYTES))
    for rows in row_blocks(len(vectors), BLOCK_ROWS):
        numbers, scales = quantise(vectors[rows])
        stored[rows, :-_SCALE_BYTES] = numbers
        stored[rows, -_SCALE_BYTES:] = scales[:, None].view(np.int8)
    stored.flush()


def use_one_thread() -> None:
    """Compute each matrix product in one thread from now on.

    A server answers many small searches at once, and the threads of one search would delay the other searches. ``fast`` still uses
    several cores.
    """
    if controller := _controller():
        controller.limit(limits=1, user_api="blas")


@cache
def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_cores(), thread_name_prefix="scan")


@cache
def _controller() -> Any:
    """Return the controller that limits the threads of NumPy's BLAS, or None if threadpoolctl is not installed."""
    if importlib.util.find_spec("threadpoolctl") is None:
        return None
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _one_thread_each() -> AbstractContextManager[Any]:
    """Return a context in which NumPy starts no threads. The threads of different blocks would wait for each other."""
    controller = _controller()
    limits: AbstractContextManager[Any] = controller.limit(limits=1, user_api="blas") if controller else nullcontext()
    return limits
