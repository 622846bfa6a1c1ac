"""The images of a collection, ordered by a query. A ranking can be filtered, cut off and split into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devise_core.errors import QueryError, shown_value
from devise_core.vectors import Floats, Rows

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Images in an order.

    Attributes:
        rows: The rows of the images in the collection, ``int64 (n,)``.
        cosines: The cosine of each image with the query, ``float32 (n,)``.
        scores: The score of each image for the query, ``float32 (n,)``. ``Ranking.of`` sorts by score.

    Example:
        >>> ranking = engine.ranking(engine.query("violin"))
        >>> ranking, ranking.from_cosine(0.5)[:2]
        (Ranking(384 images), Ranking(2 images))
    """

    rows: Rows
    cosines: Floats
    scores: Floats

    @classmethod
    def of(cls, cosines: Floats, scores: Floats | None = None) -> Ranking:
        """Rank images, which are numbered from 0, best first. Images with equal scores keep their order.

        Args:
            cosines: The cosine of each image ``(n,)``.
            scores: The score of each image ``(n,)``. By default images are ranked by cosine.
        """
        scores = cosines if scores is None else scores
        rows = np.argsort(-scores, kind="stable")
        return cls(rows, cosines[rows], scores[rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} images)"

    def __getitem__(self, part: slice) -> Ranking:
        """Return a part of the ranking. Raise ``QueryError`` for a single number."""
        if not isinstance(part, slice):
            raise QueryError(
                "A part of a ranking is a slice, such as ranking[:10], and Engine.hits returns its images. "
                f"Received: {shown_value(part)}."
            )
        return self.take(part)

    def kept(self, mask: Mask) -> Ranking:
        """Keep some images, in the same order.

        Args:
            mask: Whether to keep each image, with one value for each image of the whole collection.
        """
        return self.take(mask[self.rows])

    def then(self, others: Ranking) -> Ranking:
        """Return the images of this ranking, followed by those of ``others`` that are not in this ranking."""
        return self.followed_by(others.take(~np.isin(others.rows, self.rows)))

    def from_cosine(self, least: float) -> Ranking:
        """Keep the images whose cosine is at least ``least``, in the same order.

        Args:
            least: The lowest cosine that is kept, from -1 to 1.
        """
        return self.take(self.cosines >= least)

    def by_name(self, names: Sequence[str]) -> Ranking:
        """Return the ranking sorted by ``names``, one for each of its images. Case is ignored."""
        order = sorted(range(len(self)), key=lambda place: names[place].casefold())
        return self.take(order)

    def newest_first(self, dates: Sequence[str]) -> Ranking:
        """Return the ranking sorted by ``dates`` (``Item.taken``), one for each of its images. Images without a date come last."""
        order = sorted(range(len(self)), key=lambda place: dates[place], reverse=True)
        return self.take(order)

    def renumbered(self, rows: Rows) -> Ranking:
        """Return the ranking with other rows. It was made by ``of`` from some images of a collection, which are numbered from 0.

        Args:
            rows: The row of each of these images in the collection, beginning with image 0.
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
            places: Positions in the ranking, counted from 0, or a mask ``(n,)`` over the ranking.
        """
        return Ranking(self.rows[places], self.cosines[places], self.scores[places])
