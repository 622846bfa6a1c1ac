"""All images of a collection in the order of a query, to be filtered, cut off and split into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats, Rows

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ranking:
    """Images in the order to show them.

    Attributes:
        rows: Their rows in the collection, ``int64 (n,)``.
        cosines: Their cosines with the query, ``float32 (n,)``.
    """

    rows: Rows
    cosines: Floats

    @classmethod
    def of(cls, scores: Floats) -> Ranking:
        """Rank every image of a collection by its score ``(n,)``, highest first; equal scores keep their order."""
        rows = np.argsort(-scores, kind="stable")
        return cls(rows, scores[rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> Ranking:
        return Ranking(self.rows[part], self.cosines[part])

    def kept(self, mask: Mask) -> Ranking:
        """Keep the images that ``mask``, one value for each image of the collection, is true for."""
        inside = mask[self.rows]
        return Ranking(self.rows[inside], self.cosines[inside])

    def then(self, others: Ranking) -> Ranking:
        """Return these images, followed by those of ``others`` that are not among them."""
        rest = others.kept_rows(~np.isin(others.rows, self.rows))
        return Ranking(np.concatenate([self.rows, rest.rows]), np.concatenate([self.cosines, rest.cosines]))

    def kept_rows(self, places: Mask) -> Ranking:
        """Return the images at the ``places`` of this ranking that are True ``(n,)``."""
        return Ranking(self.rows[places], self.cosines[places])

    def from_cosine(self, least: float) -> Ranking:
        """Keep the images with a cosine of at least ``least``."""
        inside = self.cosines >= least
        return Ranking(self.rows[inside], self.cosines[inside])

    def at(self, rows: Sequence[int]) -> Ranking:
        """Return the images at ``rows``, in that order. Raises ``KeyError`` for a row that is not in the ranking."""
        places = {row: place for place, row in enumerate(self.rows.tolist())}
        order = [places[row] for row in rows]
        return Ranking(self.rows[order], self.cosines[order])

    def by_name(self, names: Sequence[str]) -> Ranking:
        """Sort by ``names``, one for each image of the collection, ignoring case."""
        order = sorted(range(len(self)), key=lambda place: names[int(self.rows[place])].casefold())
        return Ranking(self.rows[order], self.cosines[order])
