"""Keep images of people away from images of apes and monkeys on a map. A map implies that neighbours are similar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from devise_core.collections.projection import Projections
from devise_core.search.naming_table import Flags
from devise_core.vectors import Floats

NEAR = 8
"""An image of people is moved if one of its eight nearest images on a map shows a primate (here, an ape or a monkey)."""
AMONG = 3
"""The image is moved to the mean place of the three most similar images of people that are not near a primate. If the mean place is
near a primate, the image is moved to the place of a single similar image of people."""


def people_apart(maps: Projections, people: Flags, primates: Flags, embeddings: Floats) -> Projections:
    """Return maps on which images of people that were near a primate are moved to other images of people, if there are any.

    Args:
        maps: The maps of ``n`` images.
        people: Which images show people ``(n,)``.
        primates: Which images show primates ``(n,)``.
        embeddings: Unit rows ``(n, d)``.
    """
    if not people.any() or not primates.any():
        return maps
    return replace(maps, places={name: _moved(places, people, primates, embeddings) for name, places in maps.places.items()})


def _moved(places: Floats, people: Flags, primates: Flags, embeddings: Floats) -> Floats:
    def beside(place: Floats, row: int) -> bool:
        distances = np.linalg.norm(places - place, axis=1)
        distances[row] = np.inf
        return bool(primates[np.argsort(distances)[:NEAR]].any())

    rows = np.flatnonzero(people)
    is_beside = np.asarray([beside(places[row], row) for row in rows.tolist()], dtype=np.bool_)
    apart, moved = rows[~is_beside], places.copy()
    for row in rows[is_beside].tolist():
        similar = apart[np.argsort(-(embeddings[apart] @ embeddings[row]))]
        candidates = [places[similar[:AMONG]].mean(axis=0), *places[similar]] if len(similar) else []
        moved[row] = next((place for place in candidates if not beside(place, row)), places[row])
    return moved
