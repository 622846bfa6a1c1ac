"""Compare methods for a heat map with occlusion of the pixels at 49 positions, and measure the time per image.

The reference slides a patch of 64 × 64 pixels over the 224 × 224 pixels of the input, in a 7 × 7 grid, blurred or grey (Zeiler &
Fergus, 2014). Methods that read the last feature grid know where a feature is, but the receptive field of each cell is nearly
the whole image.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import numpy as np

from benchmarks.table import median, milliseconds, print_table
from devise_core import Engine, load_engine
from devise_core.errors import UnknownWordError
from devise_core.vectors import Floats
from devise_core.vision.image_reader import read_image
from devise_core.vision.image_sources import ImageInput
from devise_core.vision.keras_file import load_model
from devise_core.vision.occlusion import PATCH, blurred
from devise_core.vision.preprocess import Pixels, to_pixels

SIDE = 7
GREY = 127


class LastGrid:
    """The model in two parts: pixels → the last grid of shape (7, 7, f), and features of shape (n, f) → embeddings."""

    def __init__(self, engine: Engine) -> None:
        import keras
        import tensorflow as tf

        model = load_model(engine.layout.model)
        pooled, embedding = model.get_layer("features"), model.get_layer("embedding").output
        body, head = keras.Model(model.input, pooled.input), keras.Model(pooled.output, embedding)
        self._tf = tf
        self._body = tf.function(lambda pixels: body(tf.cast(pixels[None], tf.float32), training=False)[0])
        self.head = tf.function(lambda features: head(features, training=False), reduce_retracing=True)

    def cells(self, pixels: Pixels) -> Floats:
        """Return the features of each cell, of shape (49, f). Their mean is the feature vector of the image."""
        grid = self._body(pixels).numpy()
        return np.asarray(grid.reshape(-1, grid.shape[-1]))

    def alone(self, pixels: Pixels, query: Floats) -> Floats:
        """Send each cell through the head as if it were the whole image (Zhou et al., 2016, "CAM")."""
        return np.asarray(self.head(self.cells(pixels)).numpy() @ query)

    def left_out(self, pixels: Pixels, query: Floats, reach: int) -> Floats:
        """Return the negative cosine if the mean leaves out each cell and the cells up to ``reach`` away from it."""
        cells = self.cells(pixels)
        positions = np.stack(np.divmod(np.arange(len(cells)), SIDE), axis=1)
        kept = (np.abs(positions[:, None] - positions).max(axis=2) > reach).astype(np.float32)  # (49, 49)
        return np.asarray(-(self.head(kept @ cells / kept.sum(axis=1, keepdims=True)).numpy() @ query))

    def gradient(self, pixels: Pixels, query: Floats) -> Floats:
        """Return gradient × activation of each cell (Draelos & Carin, 2020, "HiResCAM")."""
        cells = self._tf.constant(self.cells(pixels))
        with self._tf.GradientTape() as tape:
            tape.watch(cells)
            cosine = self._tf.reduce_sum(self.head(self._tf.reduce_mean(cells, axis=0, keepdims=True)) * query)
        return np.asarray(np.sum(tape.gradient(cosine, cells).numpy() * cells.numpy(), axis=1))


def reference(engine: Engine, pixels: Pixels, fill: str) -> Floats:
    """Return the unit embeddings of the image with each of 49 positions hidden, of shape (49, d)."""
    versions = blurred(pixels, SIDE, SIDE)
    if fill == "grey":
        versions = np.repeat(pixels[None], SIDE * SIDE, axis=0)
        size, half = len(pixels), PATCH * len(pixels) / 2
        for cell, version in enumerate(versions):
            down, across = ((place + 0.5) * size / SIDE for place in divmod(cell, SIDE))
            version[max(0, round(down - half)) : round(down + half), max(0, round(across - half)) : round(across + half)] = GREY
    return engine.encoder.encode_pixels(versions).embeddings


def agreement(first: Floats, second: Floats) -> float:
    """Return Spearman's rank correlation."""
    from scipy.stats import spearmanr

    return float(spearmanr(first.ravel(), second.ravel()).statistic)


def resized_to_7x7(grid: Floats) -> Floats:
    """Interpolate a grid of shape (r, c) linearly to 7 × 7."""
    for _ in grid.shape:
        positions = (np.arange(SIDE) + 0.5) / SIDE * len(grid) - 0.5
        grid = np.stack([np.interp(positions, np.arange(len(grid)), line) for line in grid.T])  # transposes it, twice
    return grid


def regions(engine: Engine, image: ImageInput, query: Floats) -> Floats:
    """Return the map of the app, with negative values, which the app cuts off."""
    result = engine.regions(image)
    return resized_to_7x7(np.asarray(-(result.without @ query), dtype=np.float32))


def pictures(engine: Engine, count: int) -> list[tuple[ImageInput, list[Floats]]]:
    """Return ``count`` bundled images, half from each collection, with their labels and categories as queries."""
    drawn: list[tuple[ImageInput, list[Floats]]] = []
    for name in ("stamps", "photos"):
        collection = engine.on(name).collection
        for row in np.random.default_rng(7).choice(len(collection), count // 2, replace=False):
            item = collection.items[int(row)]
            texts = [item.name, *item.category.replace("/", " ").split()[-1:]]
            vectors = []
            for text in texts:
                with suppress(UnknownWordError):
                    vectors.append(engine.text.embed(text))
            drawn.append((collection.picture(int(row)), vectors))
    return drawn


def all_methods(engine: Engine) -> dict[str, Callable[[ImageInput, Floats], Floats]]:
    """Return the methods: name → a function of an image and a query that returns the map. Each function also reads the image."""
    grid = LastGrid(engine)

    def read(method: Callable[[Pixels, Floats], Floats], image: ImageInput, query: Floats) -> Floats:
        return method(to_pixels(read_image(image), engine.encoder.size), query)

    return {
        "each cell of the last grid alone": partial(read, grid.alone),
        "the last grid without one cell": partial(read, partial(grid.left_out, reach=0)),
        "the last grid without 3 × 3 cells": partial(read, partial(grid.left_out, reach=1)),
        "gradient × activation in the last grid": partial(read, grid.gradient),
        "30 regions blurred in one batch: engine.heat": partial(regions, engine),
    }


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=int, default=100)
    options.add_argument("--timed", type=int, default=20)
    chosen = options.parse_args()
    engine = load_engine()
    methods, drawn = all_methods(engine), pictures(engine, chosen.pictures)
    agreed: dict[str, list[list[float]]] = {name: [] for name in methods}
    among: list[float] = []
    for image, queries in drawn:
        pixels = engine.encoder.pixels(image)
        blur, grey = (reference(engine, pixels, fill) for fill in ("blur", "grey"))
        for query in queries:
            among.append(agreement(blur @ query, grey @ query))
            for name, method in methods.items():
                heat = method(image, query)
                agreed[name].append([agreement(heat, -(hidden @ query)) for hidden in (blur, grey)])
    durations: dict[str, list[float]] = {name: [] for name in methods}
    for image, queries in drawn[: chosen.timed]:  # interleaved, so that a slower phase affects all methods
        for name, method in methods.items():
            durations[name] += milliseconds(partial(method, image, queries[0]), 1)
    rows = [
        [name, *(mean_and_median(values) for values in zip(*agreed[name], strict=True)), f"{median(durations[name]):.0f}"]
        for name in methods
    ]
    rows += [
        ["blurred and grey reference", mean_and_median(among), mean_and_median(among), ""],
        ["target", "highest", "highest", "≤ 400"],
    ]
    print_table(
        f"{len(drawn)} images, {len(among)} queries: rank correlation with occlusion, mean / median",
        ["method", "blurred patch", "grey patch", "ms, p50"],
        rows,
    )


def mean_and_median(values: Sequence[float]) -> str:
    """Return the mean and the median as text."""
    return f"{np.mean(values):.2f} / {median(values):.2f}"


if __name__ == "__main__":
    main()
