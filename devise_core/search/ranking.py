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
        scores: What they are ordered by, ``float32 (n,)``.
    """

    rows: Rows
    cosines: Floats
    scores: Floats

    @classmethod
    def of(cls, cosines: Floats, scores: Floats | None = None) -> Ranking:
        """Rank every image of a collection, best first; equal ones keep their order.

        Args:
            cosines: The cosine of each image ``(n,)``.
            scores: The score of each image ``(n,)``. By default images are ranked by cosine.
        """
        scores = cosines if scores is None else scores
        rows = np.argsort(-scores, kind="stable")
        return cls(rows, cosines[rows], scores[rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> Ranking:
        return self.take(part)

    def kept(self, mask: Mask) -> Ranking:
        """Keep some images, in the same order.

        Args:
            mask: Which images of the whole collection to keep, one value for each of them.
        """
        return self.take(mask[self.rows])

    def then(self, others: Ranking) -> Ranking:
        """Return these images, followed by those of ``others`` that are not among them."""
        return self.followed_by(others.take(~np.isin(others.rows, self.rows)))

    def from_cosine(self, least: float) -> Ranking:
        """Keep the images that are near enough, in the same order.

        Args:
            least: The least cosine, from -1 to 1.
        """
        return self.take(self.cosines >= least)

    def by_name(self, names: Sequence[str]) -> Ranking:
        """Sort by ``names``, one for each image of the ranking, ignoring case."""
        order = sorted(range(len(self)), key=lambda place: names[place].casefold())
        return self.take(order)

    def renumbered(self, rows: Rows) -> Ranking:
        """Return the ranking of a part of a collection in rows of the whole.

        Args:
            rows: The row in the collection of each ranked image.
        """
        return Ranking(rows[self.rows], self.cosines, self.scores)

    def followed_by(self, rest: Ranking) -> Ranking:
        """Return the images of this ranking, then those of ``rest``."""
        return Ranking(
            np.concatenate([self.rows, rest.rows]),
            np.concatenate([self.cosines, rest.cosines]),
            np.concatenate([self.scores, rest.scores]),
        )

    def take(self, places: slice | Mask | list[int]) -> Ranking:
        """Return the images at these places of the ranking.

        Args:
            places: Positions in the ranking from 0, or a mask ``(n,)`` of it.
        """
        return Ranking(self.rows[places], self.cosines[places], self.scores[places])
