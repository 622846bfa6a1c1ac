"""Sort the images of a collection into albums of similar images, each with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.collections.group_naming import Words, name_groups
from devise_core.vectors import Floats

APART = 0.5
"""Two groups are joined while the mean cosine distance between their images is below this."""
FEWEST = 2
"""An album has at least this many images."""


@dataclass(frozen=True)
class Album:
    """Similar images.

    Attributes:
        name: A word or two that its images show. "" for the images that fit no album.
        rows: The rows of its images.
    """

    name: str
    rows: tuple[int, ...]


def albums(embeddings: Floats, shown: Sequence[Words]) -> list[Album]:
    """Return the albums, the largest first. Images without an album come last, together.

    Args:
        embeddings: Unit rows ``(n, d)``. A few hundred at most, because all pairs are compared.
        shown: The words of each image, as ``Engine.shown_words`` returns them.
    """
    if len(embeddings) < FEWEST:
        return [Album("", tuple(range(len(embeddings))))] if len(embeddings) else []
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = np.clip(1 - embeddings @ embeddings.T, 0, 2)
    np.fill_diagonal(distances, 0)
    groups = fcluster(linkage(squareform(distances, checks=False), "average"), APART, "distance")
    named: list[Album] = []
    others: list[int] = []
    for group, name in zip(sorted(set(groups.tolist())), name_groups(shown, groups), strict=True):
        rows = np.flatnonzero(groups == group).tolist()
        if name and len(rows) >= FEWEST:
            named.append(Album(name, tuple(rows)))
        else:
            others += rows
    named.sort(key=lambda album: -len(album.rows))
    return [*named, Album("", tuple(sorted(others)))] if others else named
