"""Which places of a map are inside a polygon."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from devise_core.vectors import Floats


def inside_polygon(polygon: Floats, places: Floats) -> npt.NDArray[np.bool_]:
    """Return which of ``places`` ``(n, 2)`` are in ``polygon`` ``(m, 2)``.

    A place is inside if a ray from the place crosses the outline an odd number of times.
    """
    inside = np.zeros(len(places), dtype=bool)
    x, y = places[:, 0], places[:, 1]
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return inside
