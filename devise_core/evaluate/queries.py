"""Error analysis: the judged queries by kind, and the worst queries, over the bundled collections and flickr8k-1000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datasets import readers
from devise_core.datatypes import Item
from devise_core.errors import UnknownWordError
from devise_core.evaluate.data import read_data
from devise_core.evaluate.methods import SHIPPED, Methods
from devise_core.evaluate.metrics import average_precision
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.tables import Outcome, mean_cell
from devise_core.results import OURS, Cell, Table

BUNDLED, FLICKR = ("stamps", "photos"), "flickr8k-1000"
WORST = 20


@dataclass(frozen=True)
class Judged:
    """A query that was run: its kind, its set of images, and its average precision with DeViSE alone and as shipped."""

    query: str
    kind: str
    images: str
    ours: float
    shipped: float


def queries(methods: Methods) -> Outcome:
    """Run every judged query that has a relevant image."""
    judged = [result for images in (*BUNDLED, FLICKR) for result in _run(methods.model, images)]
    return Outcome((_by_kind(judged), _worst(judged)))


def _run(model: ModelUnderTest, images: str) -> list[Judged]:
    engine = model.engine(_flickr(model) if images == FLICKR else images)
    rows = [row for row in read_data("queries") if row["set"] == images and row["relevant"]]
    model.say(f"queries: {len(rows)} over {images}")
    ids = np.asarray([item.id for item in engine.collection.items])
    results = []
    for row in rows:
        relevant = np.isin(ids, row["relevant"].split("|"))
        if not relevant.any():
            continue  # the judged images are those of flickr8k-1000, and another part of Flickr8k may lack them
        try:
            query = engine.query(row["query"])
        except UnknownWordError:
            results.append(Judged(row["query"], row["kind"], images, 0.0, 0.0))
            continue
        ranking = engine.ranking(query)
        scores = np.empty(len(ids), dtype=np.float32)
        scores[ranking.rows] = np.arange(len(ids), 0, -1)
        alone = average_precision(engine.collection.embeddings @ query.vector, relevant)
        results.append(Judged(row["query"], row["kind"], images, alone, average_precision(scores, relevant)))
    return results


def _flickr(model: ModelUnderTest) -> Collection:
    images = readers.flickr8k_thousand(model.data)
    encoded = model.encode(images)
    return InMemoryCollection(
        FLICKR,
        [
            InMemoryImage(Item(image.path.name, image.path.name), image.path.name, b"", features, embedding)
            for image, features, embedding in zip(images, encoded.features, encoded.embeddings, strict=True)
        ],
    )


def _by_kind(judged: Sequence[Judged]) -> Table:
    """Return the mean average precision of each kind of query."""
    groups = {"all": list(judged)}
    for result in judged:
        groups.setdefault(result.kind, []).append(result)
    rows = []
    for kind, members in groups.items():
        values = (np.asarray([getattr(result, name) for result in members]) for name in ("ours", "shipped"))
        rows.append((Cell(text=kind), Cell(len(members)), *(mean_cell(value) for value in values)))
    return Table(
        "Judged queries by kind",
        "Mean average precision of realistic queries over the stamps, the photos and flickr8k-1000. A query of unknown words "
        "counts as 0. The relevant images of the bundled collections were judged by one person. An image of flickr8k-1000 is "
        "relevant if at least two of its five captions mention everything in the query.",
        ("kind", "queries", f"mAP, {OURS}", f"mAP, {SHIPPED}"),
        tuple(rows),
        "queries",
        len(judged),
    )


def _worst(judged: Sequence[Judged]) -> Table:
    worst = sorted(judged, key=lambda result: (result.shipped, result.images, result.query))[:WORST]
    rows = tuple(
        (Cell(text=result.query), Cell(text=result.kind), Cell(text=result.images), Cell(result.ours), Cell(result.shipped))
        for result in worst
    )
    return Table(
        f"The {WORST} worst of the judged queries",
        f"The queries with the lowest average precision {SHIPPED}.",
        ("query", "kind", "images", f"AP, {OURS}", f"AP, {SHIPPED}"),
        rows,
        "queries",
        len(worst),
    )
