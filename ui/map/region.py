"""A region drawn on a map. This is the only module that reads a region from a link.

``tsne2:120,340;180,300;…`` is a polygon on the map "tsne2", in thousandths of the map's size. On a map with three dimensions, two
directions come before the polygon, as in ``tsne3:707,0,707;0,1000,0;120,340;…``. These are the directions that pointed right and up
on the screen when the region was drawn, also in thousandths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from devise_core.collections.polygon import inside_polygon
from devise_core.collections.projection import Projections
from devise_core.vectors import Floats, Rows

MAX_POINTS = 64
_TEXT = re.compile(r"([a-z]{3,8}[23]):(-?\d{1,5}(?:,-?\d{1,5}){1,2}(?:;-?\d{1,5}(?:,-?\d{1,5}){1,2})*)", re.ASCII)


@dataclass(frozen=True)
class Region:
    """A polygon ``(m, 2)`` on the map ``name``. ``axes`` ``(2, 2 or 3)`` project the map to the polygon's plane."""

    name: str
    axes: Floats
    polygon: Floats

    def rows(self, projections: Projections) -> Rows:
        """Return the rows of the pictures inside the polygon."""
        return np.flatnonzero(inside_polygon(self.polygon, projections.places[self.name] @ self.axes.T))


def read_region(text: str, projections: Projections) -> Region | None:
    """Return the region that ``text`` describes, or None if ``text`` is invalid or the collection has no such map."""
    match = _TEXT.fullmatch(text)
    if not match or match[1] not in projections.places:
        return None
    points = [[int(number) / 1000 for number in point.split(",")] for point in match[2].split(";")]
    deep = projections.places[match[1]].shape[1] == 3
    axes, polygon = (points[:2], points[2:]) if deep else ([[1.0, 0.0], [0.0, 1.0]], points)
    shapes = {len(axis) for axis in axes} == {3 if deep else 2} and {len(point) for point in polygon} == {2}
    if not shapes or not 3 <= len(polygon) <= MAX_POINTS:
        return None
    return Region(match[1], np.array(axes, dtype=np.float32), np.array(polygon, dtype=np.float32))
