"""Keep TensorFlow's notes out of a command's stderr.

Its C++ parts write to file descriptor 2 before any setting of theirs takes effect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from devise_core.vision.image_encoder import ImageEncoder, KerasImageEncoder
from devise_core.vision.model_runtime import ModelRuntime


def load_model(encoder: ImageEncoder) -> None:
    """Load the model without TensorFlow's notes.

    Raises:
        ArtifactError: The file of the model is missing or damaged.
    """
    with _no_stderr():
        encoder.load()


class QuietImageEncoder(KerasImageEncoder):
    """Loads the model without TensorFlow's notes, when the first image needs it."""

    def _load(self) -> ModelRuntime:
        with _no_stderr():
            return super()._load()


def start_tensorflow() -> None:
    """Import TensorFlow and compute something, which is when it writes its notes."""
    with _no_stderr():
        import tensorflow

        tensorflow.constant(0)


@contextmanager
def _no_stderr() -> Iterator[None]:
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
