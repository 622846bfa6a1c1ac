"""Fold near-duplicates: of images that nearly repeat each other, show the first one and list the others under it.

Near-duplicates are copies, crops, and photographs of the same object.
"""

from __future__ import annotations

import numpy as np

from devise_core.search.ranking import Ranking
from devise_core.storage.mapped_rows import VectorRows
from devise_core.vectors import Floats, unit_stored

FOLDED_COSINE = 0.9
"""An image is folded under an earlier one in search results if their features have at least this cosine."""

LISTED_COSINE = 0.82
"""Images are listed as near-duplicates if their features have at least this cosine. This finds 261 of 264 copies of 44 photographs.
The copies were saved as JPEG of quality 40 or 70, scaled to half or three quarters of the size, or cropped. Among the two million
pairs of 2,000 images of Flickr8k and Pascal Sentences, five pairs reach this cosine. Three of the pairs show the same scene twice,
and two show similar planes. Search results use the higher ``FOLDED_COSINE``, so they fold fewer images."""

MAX_COMPARED = 400
"""Only this many images at the start of a ranking are compared with each other. Few people look at more results."""


def fold_near_duplicates(
    ranking: Ranking, features: VectorRows, threshold: float = FOLDED_COSINE
) -> tuple[Ranking, dict[int, list[int]]]:
    """Leave out images that nearly repeat an earlier one.

    Args:
        ranking: Images in the order of a query's results.
        features: The backbone's features of all images of the collection, ``(n, f)``. Embeddings would not do: those of two
            photographs of different dogs are nearly the same.
        threshold: Two images are near-duplicates if their features have at least this cosine.

    Returns:
        The images that are kept, which include all after the first ``MAX_COMPARED``, and a dictionary from the row of a kept image
        to the rows that are folded under it.
    """
    compared = ranking[:MAX_COMPARED]
    near = _cosines(features[compared.rows]) >= threshold  # (m, m)
    folded: dict[int, list[int]] = {}
    is_kept = np.ones(len(ranking), dtype=np.bool_)
    for place in np.flatnonzero(np.tril(near, -1).any(axis=1)).tolist():
        earlier = near[place, :place] & is_kept[:place]
        first = int(earlier.argmax())
        if earlier[first]:
            is_kept[place] = False
            folded.setdefault(int(compared.rows[first]), []).append(int(compared.rows[place]))
    return ranking.take(is_kept), folded


def near_duplicate_groups(features: Floats, threshold: float = LISTED_COSINE) -> list[list[int]]:
    """Return the rows of images that nearly repeat each other, in groups of two or more, the largest group first.

    Args:
        features: The backbone's features of the images ``(n, f)``. Only the first ``MAX_COMPARED`` rows are compared.
        threshold: Each image of a group has at least this cosine with the first image of the group.
    """
    count = min(len(features), MAX_COMPARED)
    everything = Ranking.of(np.zeros(count, dtype=np.float32))
    _, folded = fold_near_duplicates(everything, features, threshold)
    return sorted(([first, *rows] for first, rows in folded.items()), key=len, reverse=True)


def _cosines(features: Floats) -> Floats:
    """Return the cosines of rows ``(m, f)`` with each other ``(m, m)``. Scaling the products is faster than scaling the rows."""
    products = features @ features.T
    lengths = np.sqrt(products.diagonal())
    if not np.isfinite(lengths).all() or not lengths.all():
        unit_stored(features, "features of the collection")  # raises an error that says what is wrong
    return np.asarray(products / lengths / lengths[:, None], dtype=np.float32)
