"""All the pictures of a collection in the order of a query, to be cut, filtered, folded and turned page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats, Rows, unit

Mask = npt.NDArray[np.bool_]

ALIKE = 0.9
"""Two pictures whose features have at least this cosine are shown as one: copies, crops, and the same shirt again."""
FOLDED_UP_TO = 400
"""Only so many of the first pictures are compared with each other: no one turns more pages."""


@dataclass(frozen=True)
class Ranking:
    """Rows of a collection ``(n,)`` with their cosines ``(n,)``, in the order to show them."""

    rows: Rows
    cosines: Floats

    @classmethod
    def of(cls, scores: Floats) -> Ranking:
        """Every picture of the collection, its score ``(n,)`` the highest first."""
        rows = np.argsort(-scores, kind="stable")
        return cls(rows, scores[rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> Ranking:
        return Ranking(self.rows[part], self.cosines[part])

    def kept(self, mask: Mask) -> Ranking:
        """Only the pictures that ``mask`` ``(pictures of the collection,)`` keeps."""
        inside = mask[self.rows]
        return Ranking(self.rows[inside], self.cosines[inside])

    def from_cosine(self, least: float) -> Ranking:
        """Only those at ``least`` or above."""
        inside = self.cosines >= least
        return Ranking(self.rows[inside], self.cosines[inside])

    def at(self, rows: Sequence[int]) -> Ranking:
        """The images at ``rows``, in that order; each must be in the ranking."""
        places = {row: place for place, row in enumerate(self.rows.tolist())}
        order = [places[row] for row in rows]
        return Ranking(self.rows[order], self.cosines[order])

    def by_name(self, names: Sequence[str]) -> Ranking:
        """The same pictures in the order of ``names``, one for each row of the collection."""
        order = sorted(range(len(self)), key=lambda place: names[int(self.rows[place])].casefold())
        return Ranking(self.rows[order], self.cosines[order])

    def folded(self, features: Floats, alike: float = ALIKE) -> tuple[Ranking, dict[int, list[int]]]:
        """Without pictures that nearly repeat an earlier one, and for each row kept the rows folded under it.

        ``features``: ``(pictures of the collection, f)``, the backbone's: meaning alone would fold two breeds of dog.
        """
        first, rest = self[:FOLDED_UP_TO], self[FOLDED_UP_TO:]
        looks = unit(features[first.rows])
        near = looks @ looks.T >= alike
        kept: list[int] = []
        under: dict[int, list[int]] = {}
        for place, row in enumerate(first.rows.tolist()):
            before = next((earlier for earlier in kept if near[place, earlier]), None)
            if before is None:
                kept.append(place)
            else:
                under.setdefault(int(first.rows[before]), []).append(row)
        return Ranking(np.concatenate([first.rows[kept], rest.rows]), np.concatenate([first.cosines[kept], rest.cosines])), under
