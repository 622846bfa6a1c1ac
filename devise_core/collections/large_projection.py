"""Make the maps of a large collection from a sample, and place the other images on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from devise_core.collections.contract import SAMPLED
from devise_core.collections.projection import BLOCK, MAX_FITTED, Integers, Projections, place, project, sample
from devise_core.storage.mapped_rows import MappedRows, row_blocks
from devise_core.vectors import Floats, Rows

METHODS = ("tsne", "pca")
"""UMAP is left out, because it would take longer than all other steps together."""


def project_large(embeddings: MappedRows, sampled: int = SAMPLED) -> Projections:
    """Make the maps of unit rows ``(n, d)``.

    t-SNE, the principal components and k-means are fitted on a sample. Each other image is placed among the images that t-SNE was
    fitted on, and is assigned to the cluster with the nearest centre.

    Args:
        embeddings: The rows.
        sampled: The number of images in the sample.
    """
    drawn = sample(len(embeddings), sampled)
    fitted = project(embeddings[drawn], METHODS)
    within = sample(len(drawn), MAX_FITTED)
    maps = place_all(fitted, within, embeddings[drawn], embeddings)
    for name, each in fitted.places.items():
        maps.places[name][drawn] = each
    maps.clusters[drawn] = fitted.clusters
    return replace(maps, anchors=drawn[within])


def place_added(maps: Projections, embeddings: MappedRows, added: MappedRows) -> Projections:
    """Place the images of a segment on the maps of the first images of the collection (``segments.py``).

    Args:
        maps: The maps that ``project_large`` made of the first images.
        embeddings: The embeddings of the first images.
        added: The embeddings of the images in the segment.

    Returns:
        The maps with the places and clusters of the images in the segment only.
    """
    drawn = sample(len(embeddings), SAMPLED)
    return place_all(maps.of(drawn), sample(len(drawn), MAX_FITTED), embeddings[drawn], added)


def place_all(fitted: Projections, within: Rows, near: Floats, embeddings: MappedRows | Floats) -> Projections:
    """Place ``embeddings`` on maps.

    Args:
        fitted: The maps of a sample.
        within: Which rows of the sample t-SNE was fitted on.
        near: The embeddings of the sample.
        embeddings: The embeddings to place.

    Returns:
        The maps with the places and clusters of ``embeddings``.
    """
    count, anchored = len(embeddings), near[within]
    places = {name: np.empty((count, each.shape[1]), dtype=np.float32) for name, each in fitted.places.items()}
    clusters = np.empty((count, 2), dtype=np.int16)
    centres = [_centres(near, numbers) for numbers in fitted.clusters.T]
    together = np.hstack([each[within] for each in fitted.places.values()])
    cuts = np.cumsum([each.shape[1] for each in fitted.places.values()])[:-1]
    for rows in row_blocks(count, BLOCK):
        vectors = embeddings[rows]
        for name, placed in zip(fitted.places, np.split(place(vectors, anchored, together), cuts, axis=1), strict=True):
            exact = vectors @ fitted.matrix + fitted.offset
            places[name][rows] = (exact[:, : placed.shape[1]] if name.startswith("pca") else placed).clip(0, 1)
        for level, middle in enumerate(centres):
            clusters[rows, level] = (vectors @ middle.T - np.square(middle).sum(axis=1) / 2).argmax(axis=1)
    return replace(fitted, places=places, clusters=clusters)


def _centres(vectors: Floats, numbers: Integers) -> Floats:
    """Return the mean of the vectors of each cluster."""
    return np.stack([vectors[numbers == number].mean(axis=0) for number in range(int(numbers.max()) + 1)])
