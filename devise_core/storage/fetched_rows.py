"""A matrix on another machine, from which only the requested rows are fetched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from devise_core.vectors import Floats, Rows


class FetchedRows:
    """A matrix that is indexed like an array.

    Args:
        shape: The number of rows and columns.
        fetch: A function that takes row numbers ``(n,)`` and returns these rows ``(n, d)`` in the same order.
    """

    def __init__(self, shape: tuple[int, int], fetch: Callable[[Rows], Floats]) -> None:
        self.shape, self._fetch = shape, fetch

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: int | slice | Rows | Sequence[int]) -> Floats:
        """Return the rows as ``float32``."""
        if isinstance(rows, slice):
            rows = range(*rows.indices(len(self)))
        numbers = np.atleast_1d(np.asarray(rows, dtype=np.int64))
        values = self._fetch(numbers)
        return values[0] if isinstance(rows, int | np.integer) else values
