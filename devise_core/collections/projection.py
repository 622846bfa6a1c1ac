"""The map: embeddings in two and three dimensions, and where a vector that came later belongs on it.

Three ways: principal components, t-SNE (van der Maaten and Hinton, 2008) and UMAP (McInnes et al., 2018), all seeded. The same
machine gives the same map; another may differ in the last digits, of which t-SNE and UMAP make more.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devise_core.errors import ArtifactError
from devise_core.vectors import Floats

WAYS = ("tsne", "umap", "pca")
DIMENSIONS = (2, 3)
SEED = 7
PERPLEXITY = 30.0
NEIGHBOURS = 5
FEWEST, FEWEST_UMAP = 5, 50
"""With fewer pictures there are no neighbourhoods: principal components alone; UMAP's are of 15."""
FITTED = 3_000
"""t-SNE is fitted on so many at the most, drawn at random; the others go among their nearest, as it takes minutes beyond."""
JUDGED, KEPT_NEIGHBOURS = 2_000, 10
COARSE, FINE = 12, 60
_MARGIN = 0.02
_SOFTNESS = 0.05
_SMALLEST = 1e-6

Integers = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Projections:
    """All the maps of a collection, by name ("tsne2").

    ``places``: ``(n, 2 or 3)`` from 0 to 1. ``kept``: the trustworthiness of each (Venna and Kaski, 2001), from 0 to 1: how few of
    a picture's ten neighbours on the map are no neighbours by cosine. ``matrix`` ``(d, 3)`` and ``offset`` ``(3,)``: vector → place
    by principal components. ``clusters`` ``(n, 2)``: the number of each picture's group, of a few and of many.
    """

    places: dict[str, Floats]
    kept: dict[str, float]
    matrix: Floats
    offset: Floats
    clusters: Integers

    def place(self, name: str, vector: Floats, embeddings: Floats) -> Floats:
        """Where a unit ``vector`` ``(d,)`` belongs: by the fitted components, or where there is no function among its nearest."""
        if name.startswith("pca"):
            dimensions = self.places[name].shape[1]
            return np.asarray(vector @ self.matrix[:, :dimensions] + self.offset[:dimensions], dtype=np.float32)
        return np.asarray(place(vector[None], embeddings, self.places[name])[0])

    def save(self, path: Path) -> None:
        """One ``.npz`` of plain arrays."""
        arrays: dict[str, Any] = {"matrix": self.matrix, "offset": self.offset, "clusters": self.clusters}
        arrays |= {f"{name}_places": places for name, places in self.places.items()}
        arrays |= {f"{name}_kept": np.float32(kept) for name, kept in self.kept.items()}
        np.savez(path, **arrays)

    @classmethod
    def read(cls, path: Path, count: int) -> Projections:
        """Those of a collection of ``count`` pictures. Raises ``ArtifactError`` for another file, or another number of places."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            places = {key.removesuffix("_places"): array for key, array in arrays.items() if key.endswith("_places")}
            kept = {key.removesuffix("_kept"): float(array) for key, array in arrays.items() if key.endswith("_kept")}
            found = cls(places, kept, arrays["matrix"], arrays["offset"], arrays["clusters"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise ArtifactError(f"{path} holds no map: make the collection again.") from error
        if rows := {len(array) for array in (*places.values(), found.clusters)} - {count}:
            raise ArtifactError(f"{path} has {rows.pop()} places for {count} pictures: make the collection again.")
        return found


def project(embeddings: Floats, ways: Sequence[str] = WAYS) -> Projections:
    """Every map of unit rows ``(n, d)`` that can be made here: UMAP only where it is installed (``pip install umap-learn``)."""
    matrix, offset = _components(embeddings)
    places: dict[str, Floats] = {}
    for name in map_names(len(embeddings), ways):
        way, dimensions = name[:-1], int(name[-1])
        if way == "pca":
            places[name] = (embeddings @ matrix + offset)[:, :dimensions].astype(np.float32)
        else:
            places[name] = _framed((_tsne if way == "tsne" else _umap)(embeddings, dimensions))
    kept = {name: trustworthiness(embeddings, found) for name, found in places.items()} if len(embeddings) >= FEWEST else {}
    return Projections(places, kept, matrix, offset, _clusters(embeddings))


def map_names(count: int, ways: Sequence[str] = WAYS) -> list[str]:
    """The maps that ``count`` pictures get here, such as "tsne2"."""
    fewest = {"pca": 0, "tsne": FEWEST, "umap": FEWEST_UMAP}
    here = [way for way in ways if count >= fewest[way] and (way != "umap" or importlib.util.find_spec("umap"))]
    return [f"{way}{dimensions}" for way in here for dimensions in DIMENSIONS]


def place(vectors: Floats, embeddings: Floats, places: Floats) -> Floats:
    """Unit ``vectors`` ``(m, d)`` → ``(m, 2 or 3)``: each amid its five nearest of ``embeddings`` ``(n, d)``, by nearness."""

    def some(block: Floats) -> Floats:
        cosines = block @ embeddings.T
        rows = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
        near = np.take_along_axis(cosines, rows, axis=1)
        weights = np.exp((near - near[:, :1]) / _SOFTNESS)
        return np.asarray(np.einsum("mk,mkp->mp", weights / weights.sum(axis=1, keepdims=True), places[rows]))

    return np.concatenate([some(block) for block in _blocks(vectors)]).astype(np.float32)


def trustworthiness(embeddings: Floats, places: Floats) -> float:
    """How far neighbours on the map are neighbours by cosine; of more than 2,000 pictures by so many, drawn at random."""
    from sklearn.manifold import trustworthiness as measured

    rows = _drawn(len(embeddings), JUDGED)
    neighbours = min(KEPT_NEIGHBOURS, (len(rows) - 1) // 2)
    return float(measured(embeddings[rows], places[rows], n_neighbors=neighbours, metric="cosine"))


def inside(polygon: Floats, places: Floats) -> npt.NDArray[np.bool_]:
    """Which ``places`` ``(n, 2)`` lie in ``polygon`` ``(m, 2)``: a ray from there crosses its outline an odd number of times."""
    found = np.zeros(len(places), dtype=bool)
    x, y = places[:, 0], places[:, 1]
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        if ay != by:
            found ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return found


def _components(embeddings: Floats) -> tuple[Floats, Floats]:
    """Three principal components as vector → place."""
    mean = embeddings.mean(axis=0)
    axes = np.zeros((3, embeddings.shape[1]))
    found = _signed(np.linalg.svd(embeddings - mean, full_matrices=False)[2][:3])
    axes[: len(found)] = found
    scale, offset = _frame((embeddings - mean) @ axes.T)
    return (axes.T * scale).astype(np.float32), (offset - scale * mean @ axes.T).astype(np.float32)


def _tsne(embeddings: Floats, dimensions: int) -> Floats:
    from sklearn.manifold import TSNE

    rows = _drawn(len(embeddings), FITTED)
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    tsne = TSNE(dimensions, perplexity=perplexity, init="pca", metric="cosine", random_state=SEED, n_jobs=1)
    fitted = tsne.fit_transform(embeddings[rows])
    places = fitted if len(rows) == len(embeddings) else place(embeddings, embeddings[rows], fitted)
    places[rows] = fitted
    return np.asarray(places, dtype=np.float32)


def _umap(embeddings: Floats, dimensions: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it says of itself at import and of being seeded, it says every time
        from umap import UMAP

        return np.asarray(UMAP(n_components=dimensions, metric="cosine", random_state=SEED, n_jobs=1).fit_transform(embeddings))


def _framed(places: Floats) -> Floats:
    """In the unit square or cube, the longest way from left to right: t-SNE and UMAP turn their maps as it happens."""
    centred = places - places.mean(axis=0)
    turned = centred @ _signed(np.linalg.svd(centred, full_matrices=False)[2]).T
    scale, offset = _frame(turned)
    return np.asarray(turned * scale + offset, dtype=np.float32)


def _signed(axes: Floats) -> Floats:
    """Directions ``(m, d)``, each with its largest part positive: both ways along it are as good."""
    return np.asarray(axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None])


def _frame(places: npt.NDArray[np.floating]) -> tuple[float, npt.NDArray[np.floating]]:
    """The scale, one for all directions, and the offset that bring ``places`` into the unit square or cube."""
    low, high = places.min(axis=0), places.max(axis=0)
    extent = float((high - low).max())
    scale = (1 - 2 * _MARGIN) / extent if extent > _SMALLEST else 0.0  # all in one place: in the middle
    return scale, 0.5 - scale * (low + high) / 2


def _clusters(embeddings: Floats) -> Integers:
    """``(n, 2)``: k-means over the embeddings, √(n / 3) groups up to 12 to be coloured, n / 8 up to 60 to be named close up."""
    from sklearn.cluster import KMeans

    distinct, count = len(np.unique(embeddings, axis=0)), len(embeddings)
    groups = [min(distinct, max(1, wanted)) for wanted in (min(COARSE, round((count / 3) ** 0.5)), min(FINE, count // 8))]
    return np.stack([KMeans(some, n_init=4, random_state=SEED).fit_predict(embeddings) for some in groups], axis=1).astype(np.int16)


def _drawn(count: int, most: int) -> npt.NDArray[np.int64]:
    """All rows, or ``most`` of them at random, in order."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:most])


def _blocks(vectors: Floats) -> Iterator[Floats]:
    for start in range(0, len(vectors), 1024):
        yield vectors[start : start + 1024]
