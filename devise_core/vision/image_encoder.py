"""Turn images into features and embeddings. The library that runs the model is imported on first use."""

from __future__ import annotations

import gc
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.errors import BusyError, extras_needed
from devise_core.storage.manifest import Manifest, sha256_of
from devise_core.vectors import Floats
from devise_core.vision import preprocess
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.encoded import Encoded, encoded_returned
from devise_core.vision.image_reader import read_image
from devise_core.vision.image_sources import ImageInput, check_several, position_named
from devise_core.vision.keras_file import stored_size
from devise_core.vision.model_runtime import ModelRuntime
from devise_core.vision.preprocess import Box, Pixels, to_pixels, visible_box
from devise_core.vision.runtime_choice import load_runtime

__all__ = ["BATCH", "Encoded", "ImageEncoder", "KerasImageEncoder"]

_LOG = logging.getLogger(__name__)
BATCH = 32
"""The maximum number of images in one call to the model."""


class ImageEncoder(ABC):
    """A model that turns images into vectors.

    A subclass defines the abstract members. The methods ``pixels`` and ``visible_box`` define the preprocessing. For a model with
    different preprocessing, override both and change ``model_id``. ``tests/test_image_encoder.py`` has the tests that every
    subclass must pass.

    Example:
        >>> from devise_core.vectors import unit
        >>> class MeanColour(ImageEncoder):
        ...     model_id, size, ready = "mean colour", 8, True
        ...     def load(self):
        ...         pass
        ...     def encode_pixels(self, pixels):
        ...         colours = pixels.mean(axis=(1, 2), dtype=np.float32)
        ...         return Encoded(colours, unit(colours))
        >>> MeanColour().encode([np.full((20, 30, 3), 255, dtype=np.uint8)]).embeddings.shape
        (1, 3)
    """

    @property
    @abstractmethod
    def model_id(self) -> str:
        """A string that changes with anything the vectors depend on: weights, architecture and preprocessing.

        Vectors with different ids cannot be compared. If the id is unknown, it is "", and is not checked.
        Reading the id does not load the model.
        """

    @property
    @abstractmethod
    def size(self) -> int:
        """The side, in pixels, of the square that the model sees. Reading the size may load the model."""

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether the model is loaded, so that the next call is a fast one."""

    @abstractmethod
    def load(self) -> None:
        """Load the model if it is not loaded yet. Safe to call from several threads.

        Raises:
            ArtifactError: The model is missing or damaged.
        """

    def close(self) -> None:  # noqa: B027  not every model has memory to free
        """Free the memory of the model. The next image loads it again."""

    @abstractmethod
    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """Encode images that are preprocessed already. Load the model first if it is not loaded yet.

        Args:
            pixels: ``uint8 (n, size, size, 3)``, RGB, with ``n`` at least 1.

        Raises:
            ArtifactError: The model is missing or damaged.
            BusyError: There is not enough memory at the moment.
        """

    def encode_checked(self, pixels: Pixels) -> Encoded:
        """Return what ``encode_pixels`` returns, after a check that it can be stored and compared. All callers use this method.

        Raises:
            ArtifactError: The model is missing or damaged, or the vectors are not as ``Encoded`` describes them.
            BusyError: There is not enough memory at the moment.
        """
        return encoded_returned(self, self.encode_pixels(pixels), len(pixels))

    def pixels(self, image: ImageInput) -> Pixels:
        """Read one image and resample it to what the model sees, ``uint8 (size, size, 3)``.

        Raises:
            ImageError: The image cannot be read.
        """
        return to_pixels(read_image(image, at_least=self.size), self.size)

    def visible_box(self, width: int, height: int) -> Box:
        """Return the part of an image that ``pixels`` keeps, in the format of ``preprocess.visible_box``.

        Args:
            width: The width of the upright image in pixels.
            height: Its height in pixels.
        """
        return visible_box(width, height)

    def encode(self, images: Sequence[ImageInput]) -> Encoded:
        """Encode several images, which must fit into memory together.

        Args:
            images: ``n`` images, at least one.

        Returns:
            The features ``(n, f)`` and the unit embeddings ``(n, d)``.

        Raises:
            ImageError: An image cannot be read.
            ArtifactError: The model is missing or damaged, or does not return vectors as ``Encoded`` describes them.
        """
        return self.encode_checked(np.stack([self.pixels(image) for image in images]))

    def encode_many(self, images: Iterable[ImageInput]) -> Iterator[Encoded]:
        """Encode any number of images in batches. The next batch is read while the model runs.

        Yields:
            One ``Encoded`` for each batch of up to ``BATCH`` images, in order.

        Raises:
            ImageError: An image cannot be read.
        """
        check_several(images)
        self.load()
        for pixels in read_batches(enumerate(images, 1), self._numbered_pixels, BATCH):
            yield self.encode_checked(np.stack(pixels))

    def _numbered_pixels(self, numbered: tuple[int, ImageInput]) -> Pixels:
        with position_named(*numbered):
            return self.pixels(numbered[1])


class KerasImageEncoder(ImageEncoder):
    """Encodes images with a model from a ``.keras`` file, which has the outputs ``features`` and ``embedding``.

    The model is loaded once and runs one call at a time, since one call uses every core anyway. ``runtime_choice`` chooses between
    TensorFlow and ONNX Runtime, which give the same vectors.

    Args:
        path: The model's file.
        manifest: The manifest that lists the file. Without a manifest, the file is not checked before it is loaded.
    """

    def __init__(self, path: Path, manifest: Manifest | None = None) -> None:
        self.path, self._manifest = path, manifest
        self._lock = threading.Lock()
        self._runtime: ModelRuntime | None = None

    @cached_property
    def model_id(self) -> str:
        """The SHA-256 of the model file. If the version of the preprocessing is not 1, that version is added.

        Collections made with version 1 record the SHA-256 alone. So version 1 is not added, and the id still matches them. The id
        is "" for a file that the manifest does not list.
        """
        if self._manifest is None:
            sha256 = sha256_of(self.path)
        else:
            entry = self._manifest.files.get(self.path.name)
            sha256 = entry.sha256 if entry else ""
        return sha256 if preprocess.VERSION == 1 or not sha256 else f"{sha256}+preprocess{preprocess.VERSION}"

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and has been called once."""
        return self._runtime is not None

    @cached_property
    def size(self) -> int:
        """The side, in pixels, of the square that the model sees. The model is not loaded if its file states the size.

        Raises:
            ArtifactError: The file is missing, damaged, or not a model of this project.
        """
        return stored_size(self.path) or self._loaded().size

    def load(self) -> None:
        """Load the model and call it once, so that the next call is a fast one. Safe to call from several threads.

        Raises:
            ArtifactError: The file is missing, damaged, or not a model of this project.
        """
        self._loaded()

    def close(self) -> None:
        """Release the model. Its memory is freed once no other thread is using it. The next image loads it again."""
        with self._lock:
            self._runtime = None
        gc.collect()  # Keras's objects refer to each other, so only the garbage collector frees them

    def __reduce__(self) -> tuple[object, ...]:
        """Let pickle store the path and the manifest. The model is loaded again from the file."""
        return type(self), (self.path, self._manifest)

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """Encode ``uint8 (n, size, size, 3)`` in batches. The last batch is padded with black images if it has two or more."""
        runtime = self._loaded()
        parts = [self._batch(runtime, pixels[start : start + BATCH]) for start in range(0, len(pixels), BATCH)]
        return Encoded(np.concatenate([features for features, _ in parts]), np.concatenate([embeddings for _, embeddings in parts]))

    def _batch(self, runtime: ModelRuntime, pixels: Pixels) -> tuple[Floats, Floats]:
        size = 1 if len(pixels) == 1 else BATCH  # Keras traces the model again for each new size, which is slow
        padded = np.zeros((size, *pixels.shape[1:]), dtype=np.uint8)
        padded[: len(pixels)] = pixels
        try:
            with self._lock:
                features, embeddings = runtime.run(padded)
            return features[: len(pixels)], embeddings[: len(pixels)]
        except runtime.exhausted as error:
            raise BusyError("There is not enough memory for an image at the moment. Try again in a minute.", "memory") from error

    def _loaded(self) -> ModelRuntime:
        with self._lock:
            if self._runtime is None:
                with extras_needed():
                    self._runtime = self._load()
            return self._runtime

    def _load(self) -> ModelRuntime:
        began = time.perf_counter()
        runtime = load_runtime(self._manifest.verified(self.path) if self._manifest else self.path)
        _LOG.info("Loaded the model %s in %.1f s.", self.path, time.perf_counter() - began)
        return runtime
