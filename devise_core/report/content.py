"""What the report shows: results of queries, labels of images, and similar images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.collections.base import Collection
from devise_core.datatypes import Hit, Reading, WordHit
from devise_core.engine import By, Engine
from devise_core.errors import UnknownWordError
from devise_core.report.tiles import Tile, file_tile, item_tile
from devise_core.vision.image_encoder import Encoded

QUERIES = ("aeroplane", "avian", "ocean", "street", "horse jockey", "bird near water")
"""The queries of the notebook that this project started from: an object, three words that are no labels, and two combinations."""
HITS, LABELS, LABELLED, COMPARED, NEIGHBOURS = 8, 5, 6, 2, 6
METHODS: tuple[tuple[By, str, str], ...] = (
    ("semantic", "By meaning", "the nearest embeddings, which describe what an image shows"),
    ("visual", "By looks", "the nearest image features, before the model maps them to words"),
    ("labels", "By labels", "the images nearest to the mean of the image's ten nearest words"),
)
"""The ways to compare images: for each, the argument ``by`` of the engine's searches, a heading and an explanation."""


@dataclass(frozen=True)
class QueryResult:
    """A query, how it was read, and the best images. ``reading`` is None if no word of the query is in the vocabulary."""

    query: str
    reading: Reading | None
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class ExampleImage:
    """An image to label, and to find similar images for.

    Attributes:
        tile: The image.
        encoded: The features ``(1, f)`` and the embedding ``(1, d)`` of the image.
        id: The id of the image in the first collection, or an empty string for any other image.
    """

    tile: Tile
    encoded: Encoded
    id: str = ""


@dataclass(frozen=True)
class LabelledImage:
    """An image and its names, the best first."""

    tile: Tile
    labels: Sequence[WordHit]


@dataclass(frozen=True)
class SimilarImages:
    """An image and the images that are similar to it.

    Attributes:
        tile: The image.
        inside: Whether the image belongs to the first collection.
        rows: For each of ``METHODS``, the heading, the explanation and the most similar images.
    """

    tile: Tile
    inside: bool
    rows: Sequence[tuple[str, str, Sequence[Tile]]]


@dataclass(frozen=True)
class ReportContent:
    """Everything in the report except the tables.

    Attributes:
        names: The names of the collections.
        images: How many images all collections have together.
        words: How many words the vocabulary has.
        queries: The results of the queries.
        inside: Labelled images of the first collection.
        outside: The further image files, and images of the other collections, labelled.
        similar: Images with similar images of the first collection.
    """

    names: Sequence[str]
    images: int
    words: int
    queries: Sequence[QueryResult]
    inside: Sequence[LabelledImage]
    outside: Sequence[LabelledImage]
    similar: Sequence[SimilarImages]


def collect(engines: Sequence[Engine], files: Sequence[Path] = (), queries: Sequence[str] = QUERIES) -> ReportContent:
    """Run every query, label and search of the report.

    Args:
        engines: Engines with the same model, each over one collection. Similar images come from the first collection.
        files: Further images, which belong to no collection.
        queries: The queries to show.

    Returns:
        The content of the report, with small copies of the images.

    Raises:
        ImageError: A file is not an image that can be read.
    """
    first, *others = engines
    inside = typical_images(first.collection, LABELLED)
    share = -(-LABELLED // len(others)) if others else 0
    typical = [image for other in others for image in typical_images(other.collection, share)][:LABELLED]
    outside = [ExampleImage(file_tile(path), first.encode(path)) for path in files]
    outside += [ExampleImage(image.tile, image.encoded) for image in typical]
    compared = [*inside[:COMPARED], *outside[: max(COMPARED, len(files))]]
    return ReportContent(
        [engine.collection.title for engine in engines],
        sum(len(engine.collection) for engine in engines),
        len(first.vocabulary or ()),
        [run_query(engines, query) for query in queries],
        [label(first, image) for image in inside],
        [label(first, image) for image in outside],
        [SimilarImages(image.tile, bool(image.id), similar_images(first, image)) for image in compared],
    )


def run_query(engines: Sequence[Engine], query: str) -> QueryResult:
    """Find the best images of all collections for a query. The engines share one model, so their scores are comparable."""
    try:
        parsed = engines[0].query(query)
    except UnknownWordError:
        return QueryResult(query, None, ())
    pairs = [(engine, hit) for engine in engines for hit in engine.search_text(parsed, HITS)]
    pairs.sort(key=lambda pair: -pair[1].score)
    return QueryResult(query, parsed.reading, [_hit_tile(engine, hit) for engine, hit in pairs[:HITS]])


def typical_images(collection: Collection, count: int) -> list[ExampleImage]:
    """Choose up to ``count`` images automatically: those at the centres of the largest k-means clusters."""
    from sklearn.cluster import KMeans

    vectors = collection.embeddings
    clusters = KMeans(min(2 * count, len(vectors)), random_state=7, n_init=4)
    centres = np.argmin(clusters.fit_transform(vectors), axis=0)  # (clusters,): the row nearest to each centre
    largest = np.argsort(-np.bincount(clusters.labels_, minlength=len(centres)), kind="stable")
    rows = list(dict.fromkeys(int(centres[cluster]) for cluster in largest))[:count]
    return [
        ExampleImage(
            item_tile(collection.items[row], collection.picture(row)),
            Encoded(collection.features[[row]], vectors[[row]]),
            collection.items[row].id,
        )
        for row in rows
    ]


def label(engine: Engine, image: ExampleImage) -> LabelledImage:
    """Name an image as the Labels page does."""
    return LabelledImage(image.tile, engine.label_encoded(image.encoded, LABELS))


def similar_images(engine: Engine, image: ExampleImage) -> list[tuple[str, str, list[Tile]]]:
    """Find similar images by each of ``METHODS``, without the image itself."""
    rows = []
    for by, heading, explanation in METHODS:
        hits = [hit for hit in engine.search_encoded(image.encoded, NEIGHBOURS + 1, by) if hit.id != image.id]
        rows.append((heading, explanation, [_hit_tile(engine, hit) for hit in hits[:NEIGHBOURS]]))
    return rows


def _hit_tile(engine: Engine, hit: Hit) -> Tile:
    return item_tile(hit.item, engine.collection.picture(hit.row), hit.cosine)
