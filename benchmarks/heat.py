"""Where a match comes from: each way to say it against occlusion of the pixels at 49 places, and how long one picture takes.

The reference slides a patch of 64 × 64 of the network's 224 × 224 pixels over a 7 × 7 grid, blurred or grey (Zeiler & Fergus,
2014). The ways that read the last grid know where in it the features are, but each cell has seen nearly all of the picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.table import median, milliseconds, print_table
from devise_core import Engine, load_engine
from devise_core.vectors import Floats
from devise_core.vision.image_reader import ImageInput, read_image
from devise_core.vision.keras_file import load_model
from devise_core.vision.occlusion import PATCH, blurred
from devise_core.vision.preprocess import Pixels, to_pixels

SIDE = 7
GREY = 127


class LastGrid:
    """The network in two: pixels → the last grid ``(7, 7, f)``, and features ``(n, f)`` → embeddings."""

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
        """``(49, f)``: each cell's features; their mean is the picture's."""
        grid = self._body(pixels).numpy()
        return np.asarray(grid.reshape(-1, grid.shape[-1]))

    def alone(self, pixels: Pixels, query: Floats) -> Floats:
        """Each cell through the head as if it were the picture (Zhou et al., 2016, "CAM")."""
        return np.asarray(self.head(self.cells(pixels)).numpy() @ query)

    def left_out(self, pixels: Pixels, query: Floats, reach: int) -> Floats:
        """The loss of cosine as the mean goes without the cells up to ``reach`` from each."""
        cells = self.cells(pixels)
        places = np.stack(np.divmod(np.arange(len(cells)), SIDE), axis=1)
        kept = (np.abs(places[:, None] - places).max(axis=2) > reach).astype(np.float32)  # (49, 49)
        return np.asarray(-(self.head(kept @ cells / kept.sum(axis=1, keepdims=True)).numpy() @ query))

    def gradient(self, pixels: Pixels, query: Floats) -> Floats:
        """Gradient × activation, cell by cell (Draelos & Carin, 2020, "HiResCAM")."""
        cells = self._tf.constant(self.cells(pixels))
        with self._tf.GradientTape() as tape:
            tape.watch(cells)
            cosine = self._tf.reduce_sum(self.head(self._tf.reduce_mean(cells, axis=0, keepdims=True)) * query)
        return np.asarray(np.sum(tape.gradient(cosine, cells).numpy() * cells.numpy(), axis=1))


def reference(engine: Engine, pixels: Pixels, fill: str) -> Floats:
    """Unit embeddings ``(49, d)`` of the picture with each of 49 places hidden."""
    versions = blurred(pixels, SIDE, SIDE)
    if fill == "grey":
        versions = np.repeat(pixels[None], SIDE * SIDE, axis=0)
        size, half = len(pixels), PATCH * len(pixels) / 2
        for cell, version in enumerate(versions):
            down, across = ((place + 0.5) * size / SIDE for place in divmod(cell, SIDE))
            version[max(0, round(down - half)) : round(down + half), max(0, round(across - half)) : round(across + half)] = GREY
    return engine.encoder.encode_pixels(versions).embeddings


def agreement(some: Floats, others: Floats) -> float:
    """Spearman's rank correlation."""
    ranks = np.stack([np.argsort(np.argsort(values.ravel())) for values in (some, others)])
    return float(np.asarray(np.corrcoef(ranks))[0, 1])


def at_49_places(grid: Floats) -> Floats:
    """``grid`` ``(r, c)``, in straight lines between its middles, at the middles of 7 × 7."""
    for _ in grid.shape:
        places = (np.arange(SIDE) + 0.5) / SIDE * len(grid) - 0.5
        grid = np.stack([np.interp(places, np.arange(len(grid)), line) for line in grid.T])  # turned over, twice
    return grid


def regions(engine: Engine, image: ImageInput, query: Floats) -> Floats:
    """What the app shows, gains too: ``explain`` cuts them off."""
    found = engine.regions(image)
    return at_49_places(np.asarray(-(found.without @ query), dtype=np.float32))


def pictures(engine: Engine, count: int) -> list[tuple[ImageInput, list[Floats]]]:
    """``count`` of the bundled pictures, half from either collection, each with its label and its category as queries."""
    drawn: list[tuple[ImageInput, list[Floats]]] = []
    for name in ("stamps", "photos"):
        here = engine.on(name).collection
        for row in np.random.default_rng(7).choice(len(here), count // 2, replace=False):
            item = here.items[int(row)]
            texts = [item.name, *item.category.replace("/", " ").split()[-1:]]
            known = [text for text in texts if engine.text.phrases.known(text)[0]]
            drawn.append((here.picture(int(row)), [engine.text.embed(text) for text in known]))
    return drawn


def all_ways(engine: Engine) -> dict[str, Callable[[ImageInput, Floats], Floats]]:
    """Name → what gives the map for a picture and a query, reading the picture included."""
    grid = LastGrid(engine)

    def read(way: Callable[[Pixels, Floats], Floats], image: ImageInput, query: Floats) -> Floats:
        return way(to_pixels(read_image(image), engine.encoder.size), query)

    return {
        "each cell of the last grid alone": partial(read, grid.alone),
        "the last grid without one cell": partial(read, partial(grid.left_out, reach=0)),
        "the last grid without 3 × 3 cells": partial(read, partial(grid.left_out, reach=1)),
        "gradient × activation in the last grid": partial(read, grid.gradient),
        "30 regions blurred in one batch: engine.heat": partial(regions, engine),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=int, default=100)
    options.add_argument("--timed", type=int, default=20)
    chosen = options.parse_args()
    engine = load_engine()
    ways, drawn = all_ways(engine), pictures(engine, chosen.pictures)
    agreed: dict[str, list[list[float]]] = {name: [] for name in ways}
    among: list[float] = []
    for image, queries in drawn:
        pixels = engine.encoder.pixels(image)
        blur, grey = (reference(engine, pixels, fill) for fill in ("blur", "grey"))
        for query in queries:
            among.append(agreement(blur @ query, grey @ query))
            for name, way in ways.items():
                found = way(image, query)
                agreed[name].append([agreement(found, -(hidden @ query)) for hidden in (blur, grey)])
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for image, queries in drawn[: chosen.timed]:  # in turn, so that a slower minute of the machine slows all
        for name, way in ways.items():
            taken[name] += milliseconds(partial(way, image, queries[0]), 1)
    rows = [[name, *(spoken(values) for values in zip(*agreed[name], strict=True)), f"{median(taken[name]):.0f}"] for name in ways]
    rows += [["one reference and the other", spoken(among), spoken(among), ""], ["wanted", "the most", "the most", "≤ 400"]]
    print_table(
        f"{len(drawn)} pictures, {len(among)} queries: rank correlation with occlusion, mean / median",
        ["way", "blurred patch", "grey patch", "ms, p50"],
        rows,
    )


def spoken(values: Sequence[float]) -> str:
    return f"{np.mean(values):.2f} / {median(values):.2f}"


if __name__ == "__main__":
    main()
