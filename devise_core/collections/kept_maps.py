"""Keep the maps of the earlier version of a collection, so that a few new images do not move all others on the map."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace

import numpy as np

from devise_core.collections.large_projection import place_all
from devise_core.collections.projection import Projections, map_names, trustworthiness
from devise_core.collections.stored_maps import read_maps
from devise_core.errors import ArtifactError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats, Rows

MOST_CHANGED = 0.1
"""The largest share of images that are placed on maps made without them, and of images that are gone from the maps.

At this share, the trustworthiness of the maps of the bundled collections differs by at most 0.01 from that of maps of all images.
"""


def kept_maps(before: CollectionLayout | None, embeddings: Floats) -> Projections | None:
    """Return the maps of the earlier version of a collection, with the new images placed on them.

    Args:
        before: The folder of the earlier version.
        embeddings: Unit rows ``(n, d)`` of the new version.

    Returns:
        The maps. None if there is no undamaged earlier version with the same kinds of map, or if ``extended`` cannot keep the maps.
    """
    if before is None or not before.embeddings.is_file():
        return None
    with suppress(ArtifactError, OSError, ValueError):
        verified = Manifest.read(before.root).verified
        earlier = np.load(verified(before.embeddings))
        maps = read_maps(verified(before.projections), len(earlier), embeddings.shape[1])
        if set(maps.places) == set(map_names(embeddings)):
            return maps if np.array_equal(earlier, embeddings) else extended(maps, earlier, embeddings)
    return None


def extended(maps: Projections, earlier: Floats, embeddings: Floats) -> Projections | None:
    """Return maps of the new version of a collection. The images of the earlier version stay at their places.

    Args:
        maps: The maps of the earlier version.
        earlier: Unit rows ``(m, d)`` of the earlier version.
        embeddings: Unit rows ``(n, d)`` of the new version.

    Returns:
        The maps. None if more than ``MOST_CHANGED`` of the images are newer than the maps, or are gone since the earlier version,
        and if all images of a cluster are gone.
    """
    fitted = np.arange(len(earlier)) if maps.anchors is None else maps.anchors
    rows = _rows_in(earlier, embeddings)
    kept = np.flatnonzero(rows >= 0)
    anchors = kept[np.isin(rows[kept], fitted)]
    if len(anchors) < (1 - MOST_CHANGED) * max(len(embeddings), len(fitted)):
        return None
    placed_among = maps.of(rows[anchors])
    if any(len(np.unique(now)) <= int(was.max()) for now, was in zip(placed_among.clusters.T, maps.clusters.T, strict=True)):
        return None  # all images of a cluster are gone
    vectors, new = np.nan_to_num(embeddings, nan=0.0, posinf=0.0, neginf=0.0), np.flatnonzero(rows < 0)
    added = place_all(placed_among, np.arange(len(anchors)), vectors[anchors], vectors[new])
    order = np.argsort(np.concatenate([kept, new]))
    places = {name: np.concatenate([each[rows[kept]], added.places[name]])[order] for name, each in maps.places.items()}
    clusters = np.concatenate([maps.clusters[rows[kept]], added.clusters])[order]
    values = {name: trustworthiness(vectors, places[name]) for name in maps.trustworthiness}
    return replace(maps, places=places, trustworthiness=values, clusters=clusters, anchors=anchors)


def _rows_in(earlier: Floats, embeddings: Floats) -> Rows:
    """Return the row of each of ``embeddings`` in ``earlier``, or -1 if it is not there. No row is returned twice."""
    unused = defaultdict[bytes, list[int]](list)
    for row in reversed(range(len(earlier))):
        unused[earlier[row].tobytes()].append(row)
    equal = (unused[vector.tobytes()] for vector in embeddings)
    return np.array([rows.pop() if rows else -1 for rows in equal], dtype=np.int64)
