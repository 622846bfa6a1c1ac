"""The methods of ``Store`` (``collections/contract.py``) for a collection on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.contract import WINDOW, About, Compared, Count, Scored, Store
from devise_core.datatypes import Item
from devise_core.errors import QueryError
from devise_core.search.conditions import EVERYTHING, Condition, mask_of
from devise_core.search.products import Products
from devise_core.search.ranking import Mask, Ranking
from devise_core.search.scan import Scan
from devise_core.vectors import Floats, Rows, largest, unit_stored


class LocalStore(Store):
    """A collection in a folder or in the memory of a session.

    Args:
        collection: The collection.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def __len__(self) -> int:
        return len(self.collection)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self.collection

    def about(self) -> About:
        """Return what is known of the collection as a whole."""
        return self.collection.about

    def nearest(
        self,
        vector: Floats,
        k: int,
        *,
        by: Compared = "semantic",
        where: Condition = EVERYTHING,
        least: float | None = None,
        skip: int = 0,
    ) -> list[Scored]:
        """Return the images with the largest inner products, the best first.

        In a large collection, the projections of the features are compared before the features (``search/looks_index.py``).
        """
        if min(k, skip) < 0:
            raise QueryError(f"The number of results and the number to leave out must be 0 or more. Received: {k} and {skip}.")
        end, mask = min(skip + k, WINDOW), self._mask(where)
        if end <= skip or not len(self):
            return []
        ranking = self._by_looks(vector, end, mask) if by == "visual" else self._scan(vector, by).window(end, mask, refined=end)
        if least is not None:
            ranking = ranking.take(ranking.scores >= least)
        items = self.collection.items_at(ranking.rows[skip:])
        return [Scored(item.id, float(value)) for item, value in zip(items, ranking.scores[skip:], strict=True)]

    def count(self, where: Condition = EVERYTHING, vector: Floats | None = None, least: float | None = None) -> Count:
        """Return how many images satisfy ``where`` and have at least the cosine ``least``. The count is exact."""
        mask = self._mask(where)
        if vector is not None and least is not None and len(self):
            return Count(self._scan(vector, "semantic").count(least, mask))
        return Count(len(self) if mask is None else int(np.count_nonzero(mask)))

    def items(self, ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids."""
        return self.collection.items_at(self._rows(ids))

    def vectors(self, ids: Sequence[str], by: Compared = "semantic") -> Floats:
        """Return the vectors of the images with these ids."""
        rows = self._rows(ids)
        if by == "score":
            parts = [self.collection.vector_rows(part)[rows] for part in ("semantic", "concept")]
            return np.hstack(parts)
        return self.collection.vector_rows(by)[rows]

    def picture(self, item_id: str) -> Path | bytes:
        """Return the file or the bytes of an image."""
        return self.collection.picture(self.collection.row(item_id))

    def _rows(self, ids: Sequence[str]) -> Rows:
        return np.asarray([self.collection.row(item_id) for item_id in ids], dtype=np.int64)

    def _mask(self, where: Condition) -> Mask | None:
        return None if where == EVERYTHING else mask_of(where, self.collection.postings)

    def _scan(self, vector: Floats, by: Compared) -> Scan:
        semantic = self.collection.products("semantic")
        if by == "semantic":
            return Scan(semantic, _checked(vector, semantic.dimension)[None])
        concept: Products = self.collection.products("concept")
        _checked(vector, semantic.dimension + concept.dimension)
        return Scan(semantic, vector[None, : semantic.dimension], concept, vector[None, semantic.dimension :])

    def _by_looks(self, vector: Floats, most: int, mask: Mask | None) -> Ranking:
        """Search by features. The index cannot filter, so up to ``WINDOW`` matching images are compared directly."""
        features = self.collection.vector_rows("visual")
        _checked(vector, features.shape[1])
        inside = np.arange(len(self)) if mask is None else np.flatnonzero(mask)
        if len(inside) > WINDOW:
            rows, cosines = self.collection.feature_index.search(vector, most if mask is None else WINDOW)
            kept = slice(None) if mask is None else mask[rows]
            return Ranking(rows[kept], cosines[kept], cosines[kept])[:most]
        cosines = (
            np.asarray(unit_stored(features[inside], "features of the collection") @ vector, dtype=np.float32)
            if len(inside)
            else np.empty(0, np.float32)
        )
        best = largest(cosines, most)
        return Ranking(inside[best].astype(np.int64), cosines[best], cosines[best])


def _checked(vector: Floats, dimension: int) -> Floats:
    if vector.shape != (dimension,):
        raise ValueError(f"A query for these vectors has the shape ({dimension},). Received: {vector.shape}")
    return vector
