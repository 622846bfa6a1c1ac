"""Fold images that nearly repeat each other: copies, crops, and the same object photographed twice."""

from __future__ import annotations

import numpy as np

from devise_core.search.ranking import Ranking
from devise_core.storage.mapped_rows import VectorRows
from devise_core.vectors import Floats, unit_stored

NEAR_DUPLICATE_COSINE = 0.9
"""Two images are near-duplicates if their features have at least this cosine."""

MAX_COMPARED = 400
"""Only this many images at the start of a ranking are compared with each other. Few people look at more pages."""


def fold_near_duplicates(
    ranking: Ranking, features: VectorRows, threshold: float = NEAR_DUPLICATE_COSINE
) -> tuple[Ranking, dict[int, list[int]]]:
    """Leave out images that nearly repeat an earlier one.

    Args:
        ranking: Images in the order of a query.
        features: The backbone's features of all images of the collection, ``(n, f)``. Embeddings would fold two breeds of
            dog, because they only say what an image shows.
        threshold: The cosine from which two images are near-duplicates.

    Returns:
        The images that are kept, and for each row that is kept the rows folded under it.
    """
    compared, rest = ranking[:MAX_COMPARED], ranking[MAX_COMPARED:]
    looks = unit_stored(features[compared.rows], "features of the collection")  # (m, f)
    near = looks @ looks.T >= threshold  # (m, m)
    kept: list[int] = []
    folded: dict[int, list[int]] = {}
    is_kept = np.zeros(len(compared), dtype=np.bool_)
    for place, row in enumerate(compared.rows.tolist()):
        earlier = near[place] & is_kept
        first = int(earlier.argmax()) if len(earlier) else 0
        if not earlier[first]:
            kept.append(place)
            is_kept[place] = True
        else:
            folded.setdefault(int(compared.rows[first]), []).append(row)
    return ranking.take([*kept, *range(len(compared), len(compared) + len(rest))]), folded


def near_duplicate_groups(features: Floats, threshold: float = NEAR_DUPLICATE_COSINE) -> list[list[int]]:
    """Return the rows of images that nearly repeat each other, in groups of two or more, the largest group first.

    Args:
        features: The backbone's features of the images ``(n, f)``, of which the first ``MAX_COMPARED`` are compared.
        threshold: The cosine from which two images are near-duplicates. All of a group are near-duplicates of its first.
    """
    count = min(len(features), MAX_COMPARED)
    everything = Ranking.of(np.zeros(count, dtype=np.float32))
    _, folded = fold_near_duplicates(everything, features, threshold)
    return sorted(([first, *rows] for first, rows in folded.items()), key=len, reverse=True)
