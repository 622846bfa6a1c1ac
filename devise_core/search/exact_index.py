"""The exact index: a matrix product over all vectors. It is the oracle of every other index."""

from __future__ import annotations

from devise_core.search.index import Index, check_query
from devise_core.vectors import Floats, Rows, largest, unit


class ExactIndex(Index):
    """A matrix product over all vectors ``(n, d)``."""

    def __init__(self, vectors: Floats) -> None:
        self._vectors = unit(vectors)

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        scores = self._vectors @ check_query(query, self._vectors.shape[1])
        rows = largest(scores, k)
        return rows, scores[rows]
