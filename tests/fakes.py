"""Small fakes with results that can be computed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from devise_core import Engine
from devise_core.backbones import Backbone
from devise_core.collections.base import Collection
from devise_core.text.noun_store import NounStore
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.text.word_store import WordStore
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats, quantise, unit
from devise_core.vision.image_encoder import Encoded, ImageEncoder, KerasImageEncoder
from devise_core.vision.preprocess import Pixels

WORDS = ("the", "dog", "cat", "piano", "new", "york", "sea-horse")
VECTORS = np.array(
    [[1, 1, 1, 1], [1, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0.6, 0.8], [0, 1, 0, 0]], dtype=np.float32
)


def word_vectors(engine: Engine) -> WordVectorEncoder:
    """The text encoder of an engine over word vectors."""
    assert isinstance(engine.text, WordVectorEncoder)
    return engine.text


def word_store() -> WordStore:
    return WordStore("\n".join(WORDS).encode(), *quantise(VECTORS))


def text_space(word_filter: WordFilter = ALLOW_ALL) -> WordVectorEncoder:
    """Two nouns: "dog" between the first two axes, "mouse" (plural "mice") on the second; the fourth axis is taken out."""
    nouns, _ = quantise(np.array([[0.6, 0.8, 0, 0], [0, 1, 0, 0]], dtype=np.float32))
    noun_store, directions = NounStore("dog\t1\nmouse\t\tmice\n", nouns), np.array([[0, 0, 0, 1]], dtype=np.float32)
    return WordVectorEncoder(word_store(), noun_store, directions, word_filter)


class HashTextEncoder(TextEncoder):
    """A text tower without a vocabulary: a text's vector is drawn at random with its hash as the seed."""

    dimension = 3

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = [np.random.default_rng(list(sha256(text.encode()).digest())).normal(size=3) for text in texts]
        return unit(np.array(rows, np.float32)) if rows else np.empty((0, 3), np.float32)


class ColourEncoder(ImageEncoder):
    """Embeds an image as its mean colour at length 1. Its features are ten times the colour. ``encoded`` counts the images."""

    model_id, size, ready = "m", 8, False

    def __init__(self, model_id: str = "m") -> None:
        self.model_id = model_id
        self.encoded = 0

    def load(self) -> None:
        self.ready = True

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        self.load()
        self.encoded += len(pixels)
        colours = np.asarray(pixels, np.float32).mean(axis=(1, 2)) + 1
        return Encoded(10 * colours, colours / np.linalg.norm(colours, axis=1, keepdims=True))


def keras_colour_encoder(folder: Path, size: int = 56) -> KerasImageEncoder:
    """A Keras model whose features are the image's mean colour, and whose embedding is the same at length 1."""
    import keras

    pixels = keras.Input((size, size, 3), name="pixels")
    features = keras.layers.GlobalAveragePooling2D(name="features")(pixels)
    embedding = keras.layers.UnitNormalization(name="embedding")(features)
    keras.Model(pixels, {"features": features, "embedding": embedding}).save(folder / "model.keras")
    return KerasImageEncoder(folder / "model.keras")


def unit_rows(count: int, dimension: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float32]]:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def image_file(collection: Collection, row: int) -> Path:
    """Return the file of an image. The collection must be in a folder."""
    path = collection.picture(row)
    assert isinstance(path, Path)
    return path


def names(hits: Sequence[Any]) -> list[str]:
    return [hit.name if hasattr(hit, "name") else hit.word for hit in hits]


def tiny_backbone(
    name: str = "tiny", weights: str | None = None, artifacts: Path | None = None, seed: int = 7, size: int = 0
) -> Backbone:
    """Return a small Keras model with eight features, each an average over the image."""
    import keras

    keras.utils.set_random_seed(seed)
    pixels = keras.Input((8, 8, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(pixels)
    x = keras.layers.BatchNormalization(name="norm")(keras.layers.Conv2D(8, 1, activation="relu", name="conv")(x))
    return Backbone("tiny", 8, 8, keras.Model(pixels, keras.layers.GlobalAveragePooling2D(name="features")(x)), "tiny-7")
