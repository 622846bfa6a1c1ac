"""Keep TensorFlow's log lines out of a command's stderr, and say in a terminal what the command waits for.

TensorFlow's C++ parts write to file descriptor 2 before any of their settings takes effect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from devise_core.serving.quiet_stderr import without_tensorflow_notes
from devise_core.vision.image_encoder import Encoded, ImageEncoder, KerasImageEncoder
from devise_core.vision.model_runtime import ModelRuntime
from devise_core.vision.preprocess import Pixels

LOADING = "Loading the image model…"


def load_model(encoder: ImageEncoder) -> None:
    """Load the model without TensorFlow's log lines.

    Raises:
        ArtifactError: The file of the model is missing or damaged.
    """
    with _no_stderr(LOADING):
        encoder.load()


class QuietImageEncoder(KerasImageEncoder):
    """An encoder without TensorFlow's log lines. It loads the model when the first image is encoded."""

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """Encode images, as ``KerasImageEncoder`` does. TensorFlow writes some notes only with the first large batch."""
        self.load()
        with without_tensorflow_notes():
            return super().encode_pixels(pixels)

    def _load(self) -> ModelRuntime:
        with _no_stderr(LOADING):
            return super()._load()


def start_tensorflow() -> None:
    """Import TensorFlow and compute something, because TensorFlow writes its log lines then."""
    with _no_stderr("Starting TensorFlow…"):
        import tensorflow

        tensorflow.constant(0)


@contextmanager
def _no_stderr(waits_for: str) -> Iterator[None]:
    """Silence stderr. In a terminal, show ``waits_for`` until the end of the block."""
    if sys.stderr.isatty():
        print(waits_for, end="", file=sys.stderr, flush=True)
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
        if sys.stderr.isatty():
            print(f"\r{' ' * len(waits_for)}\r", end="", file=sys.stderr, flush=True)
