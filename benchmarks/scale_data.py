"""Write synthetic collections of any size, with the vectors of the bundled images and noise."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from devise_core import Engine, load_engine
from devise_core.collections.contract import ImageBatch
from devise_core.collections.folder_writer import FolderWriter
from devise_core.datatypes import Item
from devise_core.vectors import Floats, unit

BLOCK = 5_000
THUMBNAILS = 100
FEATURE_NOISE, EMBEDDING_NOISE = 0.3, 0.04
"""The standard deviations of the logarithm of the factor of each feature, and of each number of an embedding."""
ADJECTIVES = ("old", "small", "bright", "wooden", "wild", "quiet", "blue", "large")


def write_synthetic(folder: Path, count: int, engine: Engine | None = None) -> list[tuple[str, float, float]]:
    """Write a collection of ``count`` images for the bundled model.

    Returns:
        The CPU seconds and the seconds of each step. The vectors are given, so embedding is not among them.
    """
    engine = engine or load_engine()
    folder.parent.mkdir(parents=True, exist_ok=True)
    times = []
    with FolderWriter(folder, engine.model_id, "python -m benchmarks.scale", engine.parts) as writer:
        began = _clock()
        _write_thumbnails(writer.images)
        for batch in batches(engine, count):
            writer.put(batch)
        times.append(("put", *_since(began)))
        began = _clock()
        writer.seal()
        times.append(("seal", *_since(began)))
    times.append(("most resident memory, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0.0))
    return times


def batches(engine: Engine, count: int) -> Iterator[ImageBatch]:
    """Yield ``count`` images."""
    bundled = [engine.on(name).collection for name in ("stamps", "photos")]
    features = np.concatenate([each.features for each in bundled])
    embeddings = np.concatenate([each.embeddings for each in bundled])
    items = [item for each in bundled for item in each.items]
    rng = np.random.default_rng(7)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        first, second = rng.integers(len(items), size=size), rng.integers(len(items), size=size)
        share = rng.uniform(0, 0.4, size=(size, 1)).astype(np.float32)
        mixed = [(1 - share) * each[first] + share * each[second] for each in (features, embeddings)]
        factors = np.exp(FEATURE_NOISE * rng.standard_normal(mixed[0].shape, dtype=np.float32))
        noise = EMBEDDING_NOISE * rng.standard_normal(mixed[1].shape, dtype=np.float32)
        numbers = rng.integers(1 << 30, size=size).tolist()
        described = [_item(start + row, items[first[row]], items[second[row]], numbers[row]) for row in range(size)]
        yield _batch(described, mixed[0] * factors, unit(mixed[1] + noise))


def _batch(items: Sequence[Item], features: Floats, embeddings: Floats) -> ImageBatch:
    return ImageBatch(items, features, embeddings, [b""] * len(items), [item.id for item in items])


def _item(number: int, first: Item, second: Item, noise: int) -> Item:
    """Describe an image by the items it is mixed from, with variations."""
    adjective = ADJECTIVES[noise % len(ADJECTIVES)]
    labels = (*first.labels, f"{adjective} {first.labels[0]}") if first.labels else ()
    caption = f"{adjective.title()} {first.caption or first.name}, beside {second.name}, number {noise % 9973}"
    category = f"{first.category}/part {noise % 7}" if first.category else ""
    return Item(f"image-{number:07d}", f"images/{number % THUMBNAILS}.webp", labels, category, caption, "nobody", "CC0-1.0")


def _write_thumbnails(images: Path) -> None:
    rng = np.random.default_rng(7)
    for number in range(THUMBNAILS):
        Image.new("RGB", (96, 96), tuple(rng.integers(0, 255, 3).tolist())).save(images / f"{number}.webp")


def _clock() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    now = _clock()
    return now[0] - began[0], now[1] - began[1]
