"""What the report shows: queries with their pictures, pictures with their words, and pictures with pictures like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.collections.base import Collection
from devise_core.datatypes import Hit, Reading, WordHit
from devise_core.engine import By, Engine
from devise_core.errors import UnknownWordError
from devise_core.report.tiles import Tile, own_tile, tile
from devise_core.vision.image_encoder import Encoded

QUERIES = ("aeroplane", "avian", "ocean", "street", "horse jockey", "bird near water")
"""Those of the work this project starts from: a thing, three words that no picture is labelled with, two combinations."""
HITS, LABELS, LABELLED, ALIKE, NEIGHBOURS = 8, 5, 6, 2, 6
WAYS: tuple[tuple[By, str, str], ...] = (
    ("semantic", "By meaning", "the nearest embeddings: what is shown"),
    ("visual", "By looks", "the nearest features of the network before any word comes in"),
    ("labels", "By labels", "the mean of the picture's ten nearest words, then the pictures nearest to that"),
)


@dataclass(frozen=True)
class Answer:
    """A query, how it was read (None where no word of it is known), and its pictures."""

    query: str
    reading: Reading | None
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class ModelUnderTest:
    """A picture asked about: its tile, its vectors (one row each), and its id where it is of the first collection."""

    tile: Tile
    encoded: Encoded
    own_id: str = ""


@dataclass(frozen=True)
class Labelled:
    """A picture with its nearest nouns."""

    tile: Tile
    labels: Sequence[WordHit]


@dataclass(frozen=True)
class Alike:
    """A picture with the pictures like it, in each of ``WAYS``: name, what it compares, tiles."""

    tile: Tile
    inside: bool
    rows: Sequence[tuple[str, str, Sequence[Tile]]]


@dataclass(frozen=True)
class Walk:
    """Everything but the tables. ``inside`` and ``outside``: pictures of the first collection, and others."""

    names: Sequence[str]
    pictures: int
    words: int
    answers: Sequence[Answer]
    inside: Sequence[Labelled]
    outside: Sequence[Labelled]
    alike: Sequence[Alike]


def take_walk(engines: Sequence[Engine], own: Sequence[Path] = ()) -> Walk:
    """Ask all there is to ask. ``engines``: one model over each collection; the first is where pictures are looked for.

    ``own``: further pictures, of no collection. Raises ``ImageError`` for one that cannot be read.
    """
    first, *others = engines
    inside = typical(first.collection, LABELLED)
    share = -(-LABELLED // len(others)) if others else 0
    outside = [subject for other in others for subject in typical(other.collection, share)][:LABELLED]
    outside = [ModelUnderTest(own_tile(path), first.encode(path)) for path in own] + [
        ModelUnderTest(one.tile, one.encoded) for one in outside
    ]
    alike = [*inside[:ALIKE], *outside[: max(ALIKE, len(own))]]
    return Walk(
        [engine.collection.name for engine in engines],
        sum(len(engine.collection) for engine in engines),
        len(first.text.words),
        [answer(engines, query) for query in QUERIES],
        [labelled(first, one) for one in inside],
        [labelled(first, one) for one in outside],
        [Alike(one.tile, bool(one.own_id), neighbours(first, one)) for one in alike],
    )


def answer(engines: Sequence[Engine], query: str) -> Answer:
    """The nearest pictures of all collections together: one model, so their cosines compare."""
    try:
        asked = engines[0].query(query)
    except UnknownWordError:
        return Answer(query, None, ())
    pairs = [(engine, hit) for engine in engines for hit in engine.search_text(asked, HITS)]
    pairs.sort(key=lambda pair: -pair[1].cosine)
    return Answer(query, asked.reading, [_tile(engine, hit) for engine, hit in pairs[:HITS]])


def typical(collection: Collection, count: int) -> list[ModelUnderTest]:
    """Up to ``count`` pictures that nobody picked: the ones nearest to the middles of the largest clusters by k-means."""
    from sklearn.cluster import KMeans

    vectors = collection.embeddings
    clusters = KMeans(min(2 * count, len(vectors)), random_state=7, n_init=4)
    middles = np.argmin(clusters.fit_transform(vectors), axis=0)
    largest = np.argsort(-np.bincount(clusters.labels_, minlength=len(middles)), kind="stable")
    rows = list(dict.fromkeys(int(middles[cluster]) for cluster in largest))[:count]
    return [
        ModelUnderTest(
            tile(collection.items[row], collection.picture(row)),
            Encoded(collection.features[[row]], vectors[[row]]),
            collection.items[row].id,
        )
        for row in rows
    ]


def labelled(engine: Engine, subject: ModelUnderTest) -> Labelled:
    return Labelled(subject.tile, engine.label_embedding(subject.encoded.embeddings[0], LABELS))


def neighbours(engine: Engine, subject: ModelUnderTest) -> list[tuple[str, str, list[Tile]]]:
    """In each way the pictures like ``subject``, itself left out."""
    rows = []
    for by, name, compares in WAYS:
        hits = [hit for hit in engine.search_encoded(subject.encoded, NEIGHBOURS + 1, by) if hit.id != subject.own_id]
        rows.append((name, compares, [_tile(engine, hit) for hit in hits[:NEIGHBOURS]]))
    return rows


def _tile(engine: Engine, hit: Hit) -> Tile:
    return tile(hit.item, engine.collection.picture(hit.row), hit.cosine)
