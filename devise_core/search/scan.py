"""Compare a query with all images of a collection, and put the best of them in order.

A window is the start of a ranking: only the images with the best scores. Most images of a large collection are never shown, so they
are not put in order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np

from devise_core.search.products import Products
from devise_core.search.ranking import Mask, Ranking
from devise_core.vectors import Floats, Rows, best_first

REFINED = 640
"""The order of this many images at the start of a window is exact. They fill 26 pages of 24 images, and include the ``CANDIDATES``
of ``verbs/scanning.py``, which are scored again. The other images are in the order of the fast products (``products.py``)."""


class Comparison(ABC):
    """One query, compared with the images of a collection."""

    @abstractmethod
    def exact(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return the exact cosines and scores of the images at ``rows``."""

    @abstractmethod
    def window(self, most: int, inside: Any = None) -> Ranking:
        """Return the images with the best scores, the best first.

        Args:
            most: The largest number of images to return.
            inside: Which images to choose from, as ``Collection.inside`` returns it. None for all.
        """

    @abstractmethod
    def count(self, least: float, inside: Any = None) -> int:
        """Return how many images have a cosine of at least ``least``.

        Args:
            least: The cosine, from -1 to 1.
            inside: As for ``window``.
        """


class Scan(Comparison):
    """The cosines and the scores of all images for one query.

    A query with several senses has one vector for each sense. An image gets its best cosine and its best score over the senses.

    Args:
        semantic: Computes the products with the images' embeddings.
        vectors: The unit vectors ``(m, d)`` of the query.
        concept: Computes the products with the images' vectors in the concept space (``ImageSide.vectors``). If it is None, the
            score is the cosine.
        concepts: The vectors ``(m, c + 1)`` of the query in the concept space, a second space of word vectors
            (``text/concepts.py``), or None. The last number is -1, which subtracts the image's constant for hubs.
    """

    def __init__(
        self, semantic: Products, vectors: Floats, concept: Products | None = None, concepts: Floats | None = None
    ) -> None:
        self._semantic, self._vectors, self._concept, self._concepts = semantic, vectors, concept, concepts
        products = semantic.fast(vectors)
        self.cosines = _best(products)
        self.scores = self.cosines
        if concept is not None and concepts is not None:
            self.scores = _best(products + concept.fast(concepts))

    def __len__(self) -> int:
        return len(self.cosines)

    def exact(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return the exact cosines and scores of the images at ``rows``."""
        products = self._semantic.exact(self._vectors, rows)
        cosines: Floats = products.max(axis=0, initial=-1)
        if self._concept is None or self._concepts is None:
            return cosines, cosines
        return cosines, (products + self._concept.exact(self._concepts, rows)).max(axis=0, initial=-np.inf)

    def window(self, most: int, inside: Mask | None = None, refined: int = REFINED) -> Ranking:
        """Return the images with the best scores, the best first.

        Args:
            most: The largest number of images to return.
            inside: A mask ``(n,)`` of the images to choose from. None for all.
            refined: The number of images at the start that are put in the order of their exact scores.
        """
        chosen = None if inside is None else np.flatnonzero(inside)
        values = self.scores if chosen is None else self.scores[chosen]
        rows = candidates(values, min(refined, most), self.score_error, most)
        rows = rows if chosen is None else chosen[rows]
        rows = rows[best_first(self.scores[rows])]
        head = self._uncertain(rows, min(refined, most))
        cosines, scores = self.cosines[rows], self.scores[rows]
        cosines[:head], scores[:head] = self.exact(rows[:head])
        order = best_first(scores[:head])
        rows[:head], cosines[:head], scores[:head] = rows[:head][order], cosines[:head][order], scores[:head][order]
        return Ranking(rows, cosines, scores)[:most]

    def count(self, least: float, inside: Mask | None = None) -> int:
        """Return how many images have a cosine of at least ``least``. Cosines close to ``least`` are computed exactly."""
        doubtful = np.abs(self.cosines - least) <= self.cosine_error
        above = self.cosines >= least
        if self.cosine_error and doubtful.any():
            rows = np.flatnonzero(doubtful if inside is None else doubtful & inside).astype(np.int64)
            above[rows] = self.exact(rows)[0] >= least
        return int(np.count_nonzero(above if inside is None else above & inside))

    @cached_property
    def cosine_error(self) -> float:
        """How far a value of ``cosines`` may be from the exact cosine."""
        return self._semantic.error(self._vectors)

    @cached_property
    def score_error(self) -> float:
        """How far a value of ``scores`` may be from the exact score."""
        if self._concept is None or self._concepts is None:
            return self.cosine_error
        return self.cosine_error + self._concept.error(self._concepts)

    def _uncertain(self, rows: Rows, count: int) -> int:
        """Return how many of ``rows``, sorted by fast score, can be among the ``count`` images with the best exact scores."""
        if count >= len(rows):
            return len(rows)
        least = self.scores[rows[count - 1]] - 2 * self.score_error
        return int(np.count_nonzero(self.scores[rows] >= least))


def _best(products: Floats) -> Floats:
    """Return for each image ``(n,)`` the largest of its products with the senses of a query ``(m, n)``."""
    return np.asarray(products[0] if len(products) == 1 else products.max(axis=0), dtype=np.float32)


def candidates(values: Floats, k: int, error: float, most: int = 0) -> Rows:
    """Return the rows of the largest values, and of all values that may be among the ``k`` largest once they are computed exactly.

    Args:
        values: The approximate values ``(n,)``.
        k: How many of the largest exact values must be included.
        error: How far a value may be from the exact one, 0 or more.
        most: How many of the largest approximate values must be included.

    Returns:
        At least ``min(k, n)`` rows ``int64 (m,)``, in ascending order.
    """
    most = max(k, most)
    if most >= len(values):
        return np.arange(len(values), dtype=np.int64)
    wanted = np.partition(values, len(values) - most)[-most:]
    least = np.partition(wanted, most - k)[most - k] - 2 * error
    return np.flatnonzero(values >= min(least, wanted[0])).astype(np.int64)
