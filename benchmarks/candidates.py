"""Measure how many candidates a large collection needs, and how long its first search takes.

The collection is synthetic. Each of its images mixes the features of two bundled images, with noise, and gets its embedding from
the head of the model. A number of candidates is judged by how many of the best images by the full score are among them.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict

import numpy as np

from benchmarks.table import print_table
from devise_core import Engine, load_engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item
from devise_core.search.image_vectors import ImageSide
from devise_core.vectors import Floats
from devise_core.vision.keras_file import load_model
from ui.query.examples import QUERIES

SHOWN, FIRST = 24, 20_000
COUNTS = tuple(2**power for power in range(5, 14))
NOISE = 0.5
"""The standard deviation of the logarithm of the factor that each feature is multiplied by."""
_BLOCK = 4_096


class LargeCollection(InMemoryCollection):
    """Images of which only the vectors are known.

    Args:
        features: ``(n, f)``.
        embeddings: Unit rows ``(n, d)``.
        engine: The model, if the collection stores what its score needs.
    """

    def __init__(self, features: Floats, embeddings: Floats, engine: Engine | None = None) -> None:
        rows = zip(features, embeddings, strict=True)
        super().__init__("large", [InMemoryImage(Item(str(row), ""), "", b"", *both) for row, both in enumerate(rows)])
        self._facts: dict[str, object] = {}
        self._vectors: Floats | None = None
        if engine and engine.parts.scorer:
            thresholds = asdict(engine.parts.evidence_thresholds(features))
            self._facts = {"parts": engine.parts.version, "evidence": thresholds}
            self._vectors = engine.parts.scorer.images.vectors(features, embeddings)

    @property
    def facts(self) -> dict[str, object]:
        """What was noted when the collection was made."""
        return self._facts

    @property
    def score_vectors(self) -> Floats | None:
        """What the score needs of the images."""
        return self._vectors


def synthetic_features(engine: Engine, count: int) -> Floats:
    """Return the features ``(count, f)`` of mixtures of two bundled images, with noise."""
    rng = np.random.default_rng(7)
    bundled = np.concatenate([engine.on(name).collection.features for name in ("stamps", "photos")])
    share = rng.uniform(0, 0.5, size=(count, 1)).astype(np.float32)
    first, second = (bundled[rng.integers(len(bundled), size=count)] for _ in range(2))
    factors = np.exp(NOISE * rng.standard_normal((count, bundled.shape[1]), dtype=np.float32))
    return np.asarray(((1 - share) * first + share * second) * factors, dtype=np.float32)


def embed(engine: Engine, features: Floats) -> Floats:
    """Return the embeddings ``(n, d)`` that the head of the model gives to features."""
    import keras

    model = load_model(engine.layout.model)
    head = keras.Model(model.get_layer("features").output, model.output["embedding"])
    return np.asarray(head.predict(features, batch_size=_BLOCK, verbose=0), dtype=np.float32)


def first_search(engine: Engine, collection: LargeCollection) -> tuple[float, float]:
    """Return the seconds of the first and of the second search."""
    searched, seconds = engine.on(collection), []
    for text in ("dog", "violin"):
        began = time.perf_counter()
        searched.matches(searched.query(text))
        seconds.append(time.perf_counter() - began)
    return seconds[0], seconds[1]


def recalls(engine: Engine, features: Floats, embeddings: Floats) -> dict[str, Floats]:
    """Return the share of the first images that are candidates, ``(queries, counts)``, for both ways of choosing candidates."""
    scorer = engine.parts.scorer
    assert scorer is not None
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(features), _BLOCK)]
    sides = [scorer.images.side(features[rows], embeddings[rows]) for rows in blocks]
    images = ImageSide(embeddings, *(np.concatenate([getattr(side, name) for side in sides]) for name in ("vectors", "shares")))
    rows: dict[str, list[list[float]]] = {"score without kinds": [], "cosine": []}
    for text in QUERIES:
        query = engine.query(text)
        reading = scorer.query(query)
        assert reading is not None
        best = np.argsort(-scorer.scores(reading, images), kind="stable")[:SHOWN]
        stages = (scorer.scores_without_kinds(reading, embeddings, images.vectors), (embeddings @ query.vectors.T).max(axis=1))
        for name, stage in zip(rows, stages, strict=True):
            places = np.argsort(np.argsort(-stage, kind="stable"))[best]  # their ranks in the first stage
            rows[name].append([float((places < count).mean()) for count in COUNTS])
    return {name: np.asarray(values, dtype=np.float32) for name, values in rows.items()}


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=40_000)
    count = options.parse_args().count
    engine = load_engine()
    engine.matches(engine.query("bird"))
    features = synthetic_features(engine, count)
    embeddings = embed(engine, features)
    rows = []
    for name, model in (("computed at the first search", None), ("stored with the collection", engine)):
        seconds = first_search(engine, LargeCollection(features[:FIRST], embeddings[:FIRST], model))
        rows.append([name, *(f"{value:.2f}" for value in seconds)])
    print_table(f"Search of {min(FIRST, count):,} images", ["what the score needs of an image is", "first s", "second s"], rows)
    shares = recalls(engine, features, embeddings)
    rows = [[f"{size:,}", *(f"{shares[name][:, column].mean():.3f}" for name in shares)] for column, size in enumerate(COUNTS)]
    title = f"Recall@{SHOWN} of the whole score among the candidates, {len(QUERIES)} queries, {count:,} images"
    print_table(title, ["candidates chosen by", *shares], rows)


if __name__ == "__main__":
    main()
