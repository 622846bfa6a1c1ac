"""Pictures → features and embeddings, through the Keras model. TensorFlow is imported on first use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.errors import ArtifactError, BusyError
from devise_core.vectors import Floats
from devise_core.vision.image_reader import ImageInput, read_image
from devise_core.vision.keras_file import load_model
from devise_core.vision.preprocess import Pixels, to_pixels

BATCH = 32
READERS = 2


@dataclass(frozen=True)
class Encoded:
    """``features`` ``(n, f)`` as the backbone gives them, ``embeddings`` ``(n, d)`` of unit rows."""

    features: Floats
    embeddings: Floats


class KerasImageEncoder:
    """One model, loaded once, one call at a time: TensorFlow uses every core for one call anyway."""

    def __init__(self, model: Path, verified: Callable[[Path], Path] = Path) -> None:
        self.path, self._verified = model, verified
        self._lock = threading.Lock()
        self._call: Any = None
        self._size = 0
        self._exhausted: tuple[type[Exception], ...] = (MemoryError,)

    @property
    def ready(self) -> bool:
        return self._call is not None

    @property
    def size(self) -> int:
        """The side of the square of pixels that the network sees."""
        self.load()
        return self._size

    def load(self) -> None:
        """Load the model and call it once, so that the next call is a fast one. Safe to call from several threads."""
        with self._lock:
            if self._call is None:
                self._load()

    def encode(self, images: Sequence[ImageInput]) -> Encoded:
        """Raises ``ImageError`` for a picture that cannot be read."""
        self.load()
        return self.encode_pixels(np.stack([self.pixels(image) for image in images]))

    def pixels(self, image: ImageInput) -> Pixels:
        return to_pixels(read_image(image, at_least=self.size), self.size)

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """``uint8 (n, size, size, 3)`` → vectors. Batches are padded to one of two sizes: each new one is traced anew."""
        self.load()
        parts = [self._batch(pixels[start : start + BATCH]) for start in range(0, len(pixels), BATCH)]
        return Encoded(np.concatenate([features for features, _ in parts]), np.concatenate([embeddings for _, embeddings in parts]))

    def encode_many(self, images: Iterable[ImageInput]) -> Iterator[Encoded]:
        """Encode a batch at a time while the next is being read. Yields one ``Encoded`` for each batch, in order."""
        self.load()
        with ThreadPoolExecutor(READERS) as readers:
            waiting: list[Any] = []
            for image in images:
                waiting.append(readers.submit(self.pixels, image))
                if len(waiting) == 2 * BATCH:
                    yield self.encode_pixels(np.stack([read.result() for read in waiting[:BATCH]]))
                    del waiting[:BATCH]
            for start in range(0, len(waiting), BATCH):
                yield self.encode_pixels(np.stack([read.result() for read in waiting[start : start + BATCH]]))

    def _batch(self, pixels: Pixels) -> tuple[Floats, Floats]:
        size = 1 if len(pixels) == 1 else BATCH
        padded = np.zeros((size, *pixels.shape[1:]), dtype=np.uint8)
        padded[: len(pixels)] = pixels
        try:
            with self._lock:
                found = self._call(padded)
            return found["features"].numpy()[: len(pixels)], found["embedding"].numpy()[: len(pixels)]
        except self._exhausted as error:
            raise BusyError("There is no memory left to look at a picture right now: try again in a minute.", "memory") from error

    def _load(self) -> None:
        model = load_model(self._verified(self.path))
        missing = {"features", "embedding"} - set(model.output_names)
        if missing:
            raise ArtifactError(f"{self.path} has no output named {sorted(missing)[0]}: give a model made by this project.")
        import tensorflow as tf

        self._size = int(model.input_shape[1])
        # A traced function answers one picture several times sooner than model(x) or model.predict(x).
        call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
        call(np.zeros((1, self._size, self._size, 3), dtype=np.uint8))
        self._exhausted = (MemoryError, tf.errors.ResourceExhaustedError)
        self._call = call
