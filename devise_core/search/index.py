"""The contract of every index: the nearest neighbours of a unit vector among unit vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np

from devise_core.errors import QueryError, shown_value
from devise_core.vectors import Floats, Rows

MAX_HITS = 1_000


class NearestVectors(ABC):
    """Vectors that can be searched for those nearest to a query."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of vectors."""

    @abstractmethod
    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the vectors nearest to a query.

        Args:
            query: A unit vector ``(d,)``.
            k: How many vectors to return, at least 1.

        Returns:
            The rows ``int64 (k,)`` of the nearest vectors and their cosines ``float32 (k,)``, largest first. Both are shorter
            if there are fewer vectors.

        Raises:
            ValueError: The query has another dimension than the index.
        """


class Index(NearestVectors):
    """Vectors on this machine that can be searched.

    A subclass has a ``name`` and is listed in ``registry.INDEXES``. A collection records the name of its index in its manifest.
    ``tests/test_index.py`` is the contract test that every subclass passes. It compares the subclass with ``ExactIndex``.

    Attributes:
        name: What the index is called in a manifest.
        has_file: Whether ``build`` writes a file that ``open`` needs.

    Example:
        >>> rows, cosines = engine.collection.embedding_index.search(engine.embed_text("violin"), k=3)
        >>> len(rows), engine.collection.hit(rows[0], cosines[0]).name
        (3, 'violin')
    """

    name: ClassVar[str]
    has_file: ClassVar[bool]

    @classmethod
    @abstractmethod
    def build(cls, vectors: Floats, path: Path) -> Index:
        """Index the rows of ``vectors``. The same vectors always give the same file.

        Args:
            vectors: The vectors ``(n, d)``, which need not have length 1.
            path: The file to write, if the index has a file.

        Returns:
            The index.

        Raises:
            ValueError: A vector has length zero or is not finite.
        """

    @classmethod
    @abstractmethod
    def open(cls, vectors: Floats, path: Path) -> Index:
        """Open what ``build`` made from the same vectors and path.

        Args:
            vectors: The vectors ``(n, d)``.
            path: The file, if the index has a file.

        Returns:
            The index.

        Raises:
            ArtifactError: The file is missing or damaged.
        """


def check_query(query: Floats, dimension: int) -> Floats:
    """Return ``query``. Raises ``ValueError`` unless its shape is ``(dimension,)``."""
    if query.shape != (dimension,):
        raise ValueError(f"A query for this index has the shape ({dimension},). Received: {query.shape}")
    return query


def check_k(k: int) -> int:
    """Return ``k``. Raises ``QueryError`` unless it is a whole number from 1 to ``MAX_HITS``."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= MAX_HITS:
        raise QueryError(f"k is the number of results, a whole number from 1 to {MAX_HITS}. Received: {shown_value(k)}.")
    return int(k)
