"""Project embeddings to two and three dimensions for a map, and place new vectors on that map.

There are three methods: principal components, t-SNE (van der Maaten and Hinton, 2008) and UMAP (McInnes et al., 2018), all seeded.
The same machine always gives the same map. On another machine, the last digits may differ, and t-SNE and UMAP amplify this.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devise_core.storage.mapped_rows import VectorRows
from devise_core.vectors import Floats, Rows

METHODS = ("tsne", "umap", "pca")
DIMENSIONS = (2, 3)
SEED = 7
PERPLEXITY = 30.0
NEIGHBOURS = 5
"""A new vector is placed among this many nearest images."""
MIN_TSNE, MIN_UMAP = 5, 50
"""The fewest different images for a map by t-SNE and for a map by UMAP, whose neighbourhoods have 15 images. Principal components
can always be shown."""
MAX_FITTED = 3_000
"""t-SNE is fitted on at most this many images, drawn at random, because fitting more takes minutes. All other images are placed
among these."""
MAX_JUDGED, JUDGED_NEIGHBOURS = 2_000, 10
MAX_COARSE, MAX_FINE, BLOCK = 12, 60, 1024
_MARGIN = 0.02
_SOFTNESS = 0.05
_SMALLEST_EXTENT = 1e-6
_DECIMALS = 4  # the same image differs in later digits when it is encoded in another batch

Integers = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Projections:
    """All maps of a collection of ``n`` images, by name. A name is a method and a number of dimensions, as in "tsne2".

    Attributes:
        places: The place of each image, ``(n, 2 or 3)`` from 0 to 1.
        trustworthiness: How well the ten nearest images on each map agree with the ten nearest by cosine. 1 is perfect (Venna and
            Kaski, 2001). Empty for fewer than ``MIN_TSNE`` images.
        matrix: ``(d, 3)``. On the map of principal components, a vector has the place ``vector @ matrix + offset``.
        offset: ``(3,)``.
        clusters: Two cluster numbers for each image ``(n, 2)``: that of a large cluster and that of a small cluster.
        anchors: The rows of the images among which other vectors are placed. None for all images.
    """

    places: dict[str, Floats]
    trustworthiness: dict[str, float]
    matrix: Floats
    offset: Floats
    clusters: Integers
    anchors: Rows | None = None

    def place(self, name: str, vector: Floats, embeddings: VectorRows) -> Floats:
        """Return the place ``(2,)`` or ``(3,)`` of a vector on a map. For maps other than PCA, this calls the function ``place``.

        Args:
            name: The name of the map.
            vector: A unit vector ``(d,)``.
            embeddings: Unit rows ``(n, d)`` of all images of the map.
        """
        if name.startswith("pca"):
            dimensions = self.places[name].shape[1]
            return np.asarray(vector @ self.matrix[:, :dimensions] + self.offset[:dimensions], dtype=np.float32)
        rows: Rows | slice = slice(None) if self.anchors is None else self.anchors
        return np.asarray(place(vector[None], embeddings[rows], self.places[name][rows])[0])

    def of(self, rows: Rows) -> Projections:
        """Return the maps of some of the images only, without ``anchors``."""
        places = {name: each[rows] for name, each in self.places.items()}
        return replace(self, places=places, clusters=self.clusters[rows], anchors=None)

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file of plain arrays. ``stored_maps.read_maps`` reads it."""
        arrays: dict[str, Any] = {"matrix": self.matrix, "offset": self.offset, "clusters": self.clusters}
        arrays |= {f"{name}_places": places for name, places in self.places.items()}
        arrays |= {f"{name}_kept": np.float32(value) for name, value in self.trustworthiness.items()}
        arrays |= {} if self.anchors is None else {"anchors": self.anchors}
        np.savez(path, **arrays)


def project(embeddings: Floats, methods: Sequence[str] = METHODS) -> Projections:
    """Make the maps of unit rows ``(n, d)``, in two and three dimensions.

    Args:
        embeddings: The rows.
        methods: Which of ``METHODS`` to use. A method is left out if there are too few rows for it, and UMAP also if it is not
            installed (``pip install umap-learn``).
    """
    import sklearn.cluster
    import sklearn.manifold  # noqa: F401  only a library that is loaded can be limited
    from threadpoolctl import threadpool_limits

    embeddings = np.nan_to_num(embeddings, nan=0.0, posinf=0.0, neginf=0.0)  # a damaged image must not spoil the map
    with threadpool_limits(1, "openmp"):  # threads wait for each other in every iteration, for long if a core is busy
        return _project(embeddings, methods)


def _project(embeddings: Floats, methods: Sequence[str]) -> Projections:
    matrix, offset = _components(embeddings)
    places: dict[str, Floats] = {}
    for name in map_names(embeddings, methods):
        method, dimensions = name[:-1], int(name[-1])
        if method == "pca":
            places[name] = (embeddings @ matrix + offset)[:, :dimensions].astype(np.float32)
        else:
            places[name] = _framed((_tsne if method == "tsne" else _umap)(embeddings, dimensions))
    values = {name: trustworthiness(embeddings, rows) for name, rows in places.items()} if len(embeddings) >= MIN_TSNE else {}
    return Projections(places, values, matrix, offset, _clusters(embeddings))


def map_names(embeddings: Floats, methods: Sequence[str] = METHODS) -> list[str]:
    """Return the names of the maps that ``project`` makes of unit rows ``(n, d)`` on this machine. Equal rows count once."""
    count = _distinct(embeddings)
    fewest = {"pca": 0, "tsne": MIN_TSNE, "umap": MIN_UMAP}
    possible = [each for each in methods if count >= fewest[each] and (each != "umap" or importlib.util.find_spec("umap"))]
    return [f"{method}{dimensions}" for method in possible for dimensions in DIMENSIONS]


def place(vectors: Floats, embeddings: Floats, places: Floats) -> Floats:
    """Return the places ``float32 (m, 2 or 3)`` of vectors: means of the places of the five nearest images, weighted by cosine.

    Args:
        vectors: Unit rows ``(m, d)``.
        embeddings: Unit rows of the images, ``(n, d)``.
        places: The places of the images, ``(n, 2 or 3)``.
    """

    def place_block(block: Floats) -> Floats:
        cosines = block @ embeddings.T
        rows = np.argpartition(-cosines, min(NEIGHBOURS, cosines.shape[1]) - 1, axis=1)[:, :NEIGHBOURS]
        rows = np.take_along_axis(rows, np.argsort(-np.take_along_axis(cosines, rows, axis=1), axis=1), axis=1)
        near = np.take_along_axis(cosines, rows, axis=1)
        weights = np.exp((near - near[:, :1]) / _SOFTNESS)
        return np.asarray(np.einsum("mk,mkp->mp", weights / weights.sum(axis=1, keepdims=True), places[rows]))

    blocks = [vectors[start : start + BLOCK] for start in range(0, len(vectors), BLOCK)]
    return np.concatenate([place_block(block) for block in blocks]).astype(np.float32)


def trustworthiness(embeddings: Floats, places: Floats) -> float:
    """Return the trustworthiness of a map, as in ``Projections``. More than 2,000 images are represented by a random sample."""
    from sklearn.manifold import trustworthiness as measured

    rows = sample(len(embeddings), MAX_JUDGED)
    neighbours = min(JUDGED_NEIGHBOURS, (len(rows) - 1) // 2)
    return float(measured(embeddings[rows], places[rows], n_neighbors=neighbours, metric="cosine"))


def _components(embeddings: Floats) -> tuple[Floats, Floats]:
    """Return the matrix ``(d, 3)`` and offset ``(3,)`` of ``Projections``, from three principal components."""
    mean = embeddings.mean(axis=0)
    axes = np.zeros((3, embeddings.shape[1]))
    components = _signed(np.linalg.svd(embeddings - mean, full_matrices=False)[2][:3])
    axes[: len(components)] = components
    scale, offset = _frame((embeddings - mean) @ axes.T)
    return (axes.T * scale).astype(np.float32), (offset - scale * mean @ axes.T).astype(np.float32)


def _tsne(embeddings: Floats, dimensions: int) -> Floats:
    from sklearn.manifold import TSNE

    rows = sample(len(embeddings), MAX_FITTED)
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    init = "pca" if _distinct(embeddings[rows]) >= MIN_TSNE else "random"  # scikit-learn divides by the spread, and crashes at 0
    tsne = TSNE(dimensions, perplexity=perplexity, init=init, metric="cosine", random_state=SEED, n_jobs=1)
    fitted = tsne.fit_transform(embeddings[rows])
    places = fitted if len(rows) == len(embeddings) else place(embeddings, embeddings[rows], fitted)
    places[rows] = fitted
    return np.asarray(places, dtype=np.float32)


def _umap(embeddings: Floats, dimensions: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # UMAP warns about its import and the seed on every run
        from umap import UMAP

        return np.asarray(UMAP(n_components=dimensions, metric="cosine", random_state=SEED, n_jobs=1).fit_transform(embeddings))


def _framed(places: Floats) -> Floats:
    """Fit places into the unit square or cube, rotated so that the longest extent is horizontal. t-SNE and UMAP fix no rotation."""
    centred = places - places.mean(axis=0)
    rotated = centred @ _signed(np.linalg.svd(centred, full_matrices=False)[2]).T
    scale, offset = _frame(rotated)
    return np.asarray(rotated * scale + offset, dtype=np.float32)


def _signed(axes: Floats) -> Floats:
    """Flip directions ``(m, d)`` so that the largest component of each is positive. Both signs are equally good."""
    return np.asarray(axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None])


def _frame(places: npt.NDArray[np.floating]) -> tuple[float, npt.NDArray[np.floating]]:
    """Return the scale, one for all directions, and the offset that fit ``places`` into the unit square or cube."""
    low, high = places.min(axis=0), places.max(axis=0)
    extent = float((high - low).max())
    scale = (1 - 2 * _MARGIN) / extent if extent > _SMALLEST_EXTENT else 0.0  # if all points coincide, put them in the middle
    return scale, 0.5 - scale * (low + high) / 2


def _clusters(embeddings: Floats) -> Integers:
    """Cluster twice by k-means ``(n, 2)``: min(√(n/3), 12) clusters for the colours, min(n/8, 60) for the names when zoomed in."""
    from sklearn.cluster import KMeans

    distinct, count = _distinct(embeddings), len(embeddings)
    sizes = (min(MAX_COARSE, round((count / 3) ** 0.5)), min(MAX_FINE, count // 8))
    numbers = [min(distinct, max(1, size)) for size in sizes]
    return np.stack([KMeans(k, n_init=4, random_state=SEED).fit_predict(embeddings) for k in numbers], axis=1).astype(np.int16)


def _distinct(embeddings: Floats) -> int:
    """Return how many rows differ by more than rounding."""
    return len(np.unique(np.nan_to_num(embeddings, nan=0.0, posinf=0.0, neginf=0.0).round(_DECIMALS), axis=0))


def sample(count: int, most: int) -> npt.NDArray[np.int64]:
    """Return the numbers of all ``count`` rows, or of ``most`` rows drawn at random, in ascending order."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:most])
