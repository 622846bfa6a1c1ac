"""Nearest neighbours by how images look: a fast search over a projection of the backbone's features."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.search.index import Index, check_query
from devise_core.search.products import ScannedProducts, write_scan
from devise_core.storage.artifact_reader import read_array
from devise_core.storage.mapped_rows import MappedRows, VectorRows, row_blocks
from devise_core.vectors import Floats, Rows, largest, unit, unit_stored

WIDTH = 128
"""The features of an image are projected to this many numbers, along the directions in which they differ most."""
REFINED, LARGEST_REFINED = 1_024, 16_384
"""The images nearest in the projection are then ordered by the features themselves. Their number is one in 1,000 of all images, but
within these bounds.

With 1,024 of 3 million images, the recall of the ten images nearest by features is 0.857 (``python -m benchmarks.scale``).
"""
_FITTED, _SEED, _BLOCK = 20_000, 7, 2_048


class LooksIndex(Index):
    """Compares projections of the features first, and then the features of the nearest images.

    An Annoy forest over the 1,280 features of a million images takes up 6 GB, and building the forest takes a quarter of an hour.
    The projections take up 0.13 GB. ``python -m benchmarks.scale`` prints the recall.

    Args:
        features: The features ``(n, f)``. The rows need not have length 1.
        products: Computes products of a query with the projections of the features.
        axes: The directions of the projection, orthonormal rows ``(w, f)``.
    """

    name = "looks"
    has_file = True

    def __init__(self, features: VectorRows, products: ScannedProducts, axes: Floats) -> None:
        self._features, self._products, self._axes = features, products, axes

    @classmethod
    def build(cls, vectors: VectorRows, path: Path) -> LooksIndex:
        """Write the projections to ``path``, and the axes to the file beside it that ``axes_path`` names.

        Args:
            vectors: The features ``(n, f)``. The rows need not have length 1.
            path: The file of projections to write.

        Returns:
            The index.

        Raises:
            ValueError: A vector has length zero or is not finite.
        """
        rows = np.sort(np.random.default_rng(_SEED).permutation(len(vectors))[:_FITTED])
        sample = unit(vectors[rows])
        axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))[1][:, ::-1].T[:WIDTH].astype(np.float32)
        np.save(axes_path(path), axes)
        cls.project(vectors, axes, path)
        return cls.open(vectors, path)

    @staticmethod
    def project(vectors: VectorRows, axes: Floats, path: Path) -> None:
        """Write the projections of vectors on given axes.

        Args:
            vectors: The features ``(n, f)``. The rows need not have length 1.
            axes: Orthonormal rows ``(w, f)``.
            path: The file of projections to write.

        Raises:
            ValueError: A vector has length zero or is not finite.
        """
        staged = path.with_name("projected.npy")
        projected = np.lib.format.open_memmap(staged, "w+", np.float16, (len(vectors), len(axes)))
        for block in row_blocks(len(vectors), _BLOCK):
            projected[block] = unit(vectors[block]) @ axes.T
        projected.flush()
        write_scan(path, MappedRows(staged))
        staged.unlink()

    @classmethod
    def open(cls, vectors: VectorRows, path: Path, *more: Path) -> LooksIndex:
        """Open what ``build`` and ``project`` wrote.

        Args:
            vectors: The features ``(n, f)`` of all files together.
            path: The file that ``build`` wrote, for the first rows of ``vectors``.
            more: The files that ``project`` wrote for the rows after these, in order.

        Returns:
            The index.

        Raises:
            ArtifactError: A file is missing or damaged, or was made from other vectors.
        """
        axes = read_axes(path, vectors.shape[1])
        return cls(vectors, ScannedProducts([path, *more], None, (len(vectors), len(axes))), axes)

    def __len__(self) -> int:
        return len(self._features)

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the vectors nearest to a unit vector, approximately."""
        projected = self._axes @ check_query(query, self._axes.shape[1])
        refined = min(max(REFINED, len(self) // 1000), LARGEST_REFINED)
        near = np.sort(largest(self._products.fast(projected[None])[0], max(refined, 2 * k)))
        cosines = np.asarray(unit_stored(self._features[near], "features of the collection") @ query, dtype=np.float32)
        best = largest(cosines, k)
        return near[best].astype(np.int64), cosines[best]


def read_axes(path: Path, width: int) -> Floats:
    """Return the axes of projections.

    Args:
        path: The file of the projections, not of the axes.
        width: The number ``f`` of features.

    Returns:
        Orthonormal rows ``float32 (w, f)``.

    Raises:
        ArtifactError: The file of the axes is missing or damaged, or is for another number of features.
    """
    return np.asarray(read_array(axes_path(path), np.floating, (None, width)), dtype=np.float32)


def axes_path(path: Path) -> Path:
    """Return the path of the axes that belong to the projections at ``path``."""
    return path.with_suffix(".axes.npy")
