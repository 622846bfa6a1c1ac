"""Queries on a collection in Milvus that return row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from devise_core.collections.contract import WINDOW
from devise_core.collections.milvus.connection import SECONDS
from devise_core.collections.milvus.expressions import EVERY_ROW, expression, literal
from devise_core.collections.milvus.rows import IMAGE_FIELDS, MilvusRows
from devise_core.collections.milvus.store import MilvusStore
from devise_core.search.conditions import EVERYTHING, AnyOf, Condition, HasLabel, InCategory, TakenIn
from devise_core.search.index import NearestVectors
from devise_core.search.ranking import Ranking
from devise_core.search.scan import Comparison
from devise_core.vectors import Floats, Rows

LISTED = 1_024
"""The most images in a list of results. One call fetches the vectors of all of these images, to compute the cosines."""


class MilvusComparison(Comparison):
    """A query, compared with the images in Milvus.

    Args:
        store: Reads the version from Milvus.
        rows: Reads the images of the version by row.
        vectors: Unit vectors ``(m, d)``, one for each sense of the query.
        concepts: What the score needs of the query besides ``vectors``, ``(m, c + 1)``. Without it, the score is the cosine.
    """

    def __init__(self, store: MilvusStore, rows: MilvusRows, vectors: Floats, concepts: Floats | None) -> None:
        self._store, self._rows, self._vectors, self._concepts = store, rows, vectors, concepts

    def exact(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return the cosines and scores of the images at ``rows``."""
        products = self._vectors @ self._rows.semantic(rows).T
        cosines = products.max(axis=0, initial=-1)
        if self._concepts is None:
            return cosines, cosines
        return cosines, (products + self._concepts @ self._rows.concept(rows).T).max(axis=0, initial=-np.inf)

    def window(self, most: int, inside: Condition | None = None) -> Ranking:
        """Return the images with the best scores, up to ``most`` and up to ``LISTED`` images. Milvus is called once."""
        where = EVERYTHING if inside is None else inside
        matching = self._store.search(self._queries(), min(most, LISTED), "score", where, IMAGE_FIELDS)
        images = [hit["entity"] for hits in matching for hit in hits]
        self._rows.images.keep(images)
        rows = np.unique(np.asarray([image["row"] for image in images], dtype=np.int64))
        cosines, scores = self.exact(rows)
        order = np.argsort(-scores, kind="stable")[:most]
        return Ranking(rows[order], cosines[order], scores[order])

    def count(self, least: float, inside: Condition | None = None) -> int:
        """Return how many images have at least the cosine ``least`` with the query's first sense. Counting stops at ``WINDOW``."""
        return self._store.count(EVERYTHING if inside is None else inside, self._vectors[0], least).value

    def _queries(self) -> Floats:
        if self._concepts is not None:
            return np.hstack([self._vectors, self._concepts]).astype(np.float32)
        return np.stack([self._store.query_of(vector, "semantic") for vector in self._vectors])


class MilvusNearest(NearestVectors):
    """Finds the nearest images by what they show ("semantic"), or by how they look ("visual").

    Args:
        store: Reads the version from Milvus.
        rows: Reads the images of the version by row.
        by: The vectors to compare.
    """

    def __init__(self, store: MilvusStore, rows: MilvusRows, by: Literal["semantic", "visual"]) -> None:
        self._store, self._rows = store, rows
        self._by: Literal["semantic", "visual"] = by

    def __len__(self) -> int:
        return len(self._store)

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the images nearest to a unit vector ``(d,)``, with one call."""
        fields = IMAGE_FIELDS if self._by == "semantic" else ("row",)
        hits = self._store.search(self._store.query_of(query, self._by)[None], min(k, WINDOW), self._by, EVERYTHING, fields)[0]
        if self._by == "semantic":
            self._rows.images.keep(hit["entity"] for hit in hits)
        rows = np.asarray([hit["entity"]["row"] for hit in hits], dtype=np.int64)
        return rows, np.asarray([hit["distance"] for hit in hits], dtype=np.float32)


class MilvusPostings:
    """Finds rows by label, category, period or id: if more than ``WINDOW`` match, only those that Milvus returns first."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store

    def __len__(self) -> int:
        return len(self._store)

    def with_label(self, label: str) -> Rows:
        """Return rows of images with a label."""
        return rows_of(self._store, HasLabel(label), WINDOW)

    def in_category(self, category: str) -> Rows:
        """Return rows of images in a category or below it."""
        return rows_of(self._store, InCategory(category), WINDOW)

    def taken_in(self, period: str) -> Rows:
        """Return rows of photos taken in a period, as ``TakenIn`` takes it."""
        return rows_of(self._store, TakenIn(period), WINDOW)

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an id, or None."""
        matching = self._store.connection.query(self._store.version.images, f"id == {literal(item_id)}", ["row"])
        return int(matching[0]["row"]) if matching else None


class MilvusCaptions:
    """Finds images by their labels. Milvus before version 2.5 has no search for words in a text, so captions are not searched."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store

    def search(
        self,
        alternatives: Sequence[Sequence[str]],
        excluded: Sequence[str] = (),
        k: int | None = 24,
        inside: Condition | None = None,
    ) -> list[int]:
        """Return the rows of images that have one of the alternatives as a label.

        Args:
            alternatives: Lists of words. The words of each list are joined into one label.
            excluded: Labels that the images must not have.
            k: The most rows to return. None for all.
            inside: The condition that the images must satisfy. None for all images.

        Returns:
            Rows of the collection in ascending order.

        Raises:
            CollectionError: Milvus does not answer.
        """
        labels = dict.fromkeys(form for words in alternatives if words for form in _forms(" ".join(words)))
        if not labels:
            return []
        unwanted = AnyOf(tuple(HasLabel(form) for word in excluded for form in _forms(word)))
        where = AnyOf(tuple(map(HasLabel, labels))) & ~unwanted & (EVERYTHING if inside is None else inside)
        return [int(row) for row in rows_of(self._store, where, k)]


def rows_of(store: MilvusStore, where: Condition, most: int | None) -> Rows:
    """Return the rows of images that satisfy a condition.

    Args:
        store: The collection.
        where: What the images must satisfy.
        most: The most rows to return, up to ``WINDOW``. If more images match, Milvus chooses among them. None for all rows.

    Returns:
        The rows ``int64 (n,)`` in ascending order.

    Raises:
        CollectionError: Milvus does not answer.
    """
    written, parts = expression(where), [EVERY_ROW]
    if most is None and store.count(where).value > WINDOW:  # the most rows that Milvus returns at once
        parts = [f"row >= {start} and row < {start + WINDOW}" for start in range(0, len(store), WINDOW)]
    client, matching = store.connection.client, list[dict[str, Any]]()
    with store.connection.errors():
        for part in parts:
            matching += client.query(
                store.version.images,
                filter=f"({written}) and {part}",
                output_fields=["row"],
                limit=WINDOW if most is None else most,
                timeout=SECONDS,
            )
    return np.sort(np.asarray([each["row"] for each in matching], dtype=np.int64))


def _forms(label: str) -> tuple[str, ...]:
    """Return a label in the ways it may be capitalized."""
    return label, label.capitalize(), label.title()
