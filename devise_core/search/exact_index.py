"""The exact index: a matrix product over all vectors. Tests compare every other index with this one."""

from __future__ import annotations

from pathlib import Path

from devise_core.search.index import Index, check_query
from devise_core.vectors import Floats, Rows, largest, unit


class ExactIndex(Index):
    """A matrix product over all vectors ``(n, d)``."""

    name = "exact"
    has_file = False

    def __init__(self, vectors: Floats) -> None:
        self._vectors = unit(vectors)

    @classmethod
    def build(cls, vectors: Floats, path: Path) -> ExactIndex:  # noqa: ARG003  there is no file
        """Index the rows in memory."""
        return cls(vectors)

    @classmethod
    def open(cls, vectors: Floats, path: Path) -> ExactIndex:  # noqa: ARG003
        """Index the rows in memory."""
        return cls(vectors)

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the vectors nearest to a unit vector, exactly."""
        cosines = self._vectors @ check_query(query, self._vectors.shape[1])
        rows = largest(cosines, k)
        return rows, cosines[rows]
