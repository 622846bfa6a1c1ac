"""Make the maps of a large collection from a sample, and place the other images on them."""

from __future__ import annotations

import numpy as np

from devise_core.collections.contract import SAMPLED
from devise_core.collections.projection import BLOCK, MAX_FITTED, Integers, Projections, place, project, sample
from devise_core.storage.mapped_rows import MappedRows, row_blocks
from devise_core.vectors import Floats

METHODS = ("tsne", "pca")
"""UMAP would take longer than all the rest."""


def project_large(embeddings: MappedRows, sampled: int = SAMPLED) -> Projections:
    """Make the maps of unit rows ``(n, d)``.

    t-SNE, the principal components and k-means are fitted on a sample. A further image is placed among the images that t-SNE was
    fitted on, and belongs to the cluster with the nearest centre.

    Args:
        embeddings: The rows.
        sampled: The number of images in the sample.
    """
    rows_drawn = sample(len(embeddings), sampled)
    fitted = project(embeddings[rows_drawn], METHODS)
    within = sample(len(rows_drawn), MAX_FITTED)
    anchors = rows_drawn[within]
    near, count = embeddings[anchors], len(embeddings)
    places = {name: np.empty((count, each.shape[1]), dtype=np.float32) for name, each in fitted.places.items()}
    clusters = np.empty((count, 2), dtype=np.int16)
    centres = [_centres(embeddings[rows_drawn], numbers) for numbers in fitted.clusters.T]
    together = np.hstack([each[within] for each in fitted.places.values()])
    cuts = np.cumsum([each.shape[1] for each in fitted.places.values()])[:-1]
    for rows in row_blocks(count, BLOCK):
        vectors = embeddings[rows]
        for name, placed in zip(fitted.places, np.split(place(vectors, near, together), cuts, axis=1), strict=True):
            exact = vectors @ fitted.matrix + fitted.offset
            places[name][rows] = (exact[:, : placed.shape[1]] if name.startswith("pca") else placed).clip(0, 1)
        for level, middle in enumerate(centres):
            clusters[rows, level] = (vectors @ middle.T - np.square(middle).sum(axis=1) / 2).argmax(axis=1)
    for name, each in fitted.places.items():
        places[name][rows_drawn] = each
    clusters[rows_drawn] = fitted.clusters
    return Projections(places, fitted.trustworthiness, fitted.matrix, fitted.offset, clusters, anchors)


def _centres(vectors: Floats, numbers: Integers) -> Floats:
    """Return the mean of the vectors of each cluster."""
    return np.stack([vectors[numbers == number].mean(axis=0) for number in range(int(numbers.max()) + 1)])
