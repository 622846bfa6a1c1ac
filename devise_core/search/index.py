"""Nearest neighbours of a unit vector among unit vectors: an exact index, its oracle role included, and Annoy's."""

from __future__ import annotations

from abc import ABC, abstractmethod

from devise_core.vectors import Floats, Rows

EXACT_UP_TO = 20_000
"""Up to this many vectors the matrix product answers as fast as the forest, and it misses nothing (benchmarks/index.py)."""


class Index(ABC):
    """``search`` is the whole contract: rows and cosines, largest first, at most as many as there are vectors."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """The ``k`` nearest to a unit vector ``(d,)``: rows ``int64 (k,)`` and cosines ``float32 (k,)``."""


def check_query(query: Floats, dimension: int) -> Floats:
    if query.shape != (dimension,):
        raise ValueError(f"A query for this index has the shape ({dimension},). Received: {query.shape}")
    return query
