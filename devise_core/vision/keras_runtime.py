"""Run a model with Keras and TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.vectors import Floats
from devise_core.vision.keras_file import load_model
from devise_core.vision.model_runtime import OUTPUTS, ModelRuntime
from devise_core.vision.preprocess import Pixels


class KerasRuntime(ModelRuntime):
    """A model that TensorFlow runs. Making it imports TensorFlow, and calls the model once so that the next call is a fast one.

    Args:
        path: The ``.keras`` file.

    Raises:
        ArtifactError: The file is missing, damaged, or not a model of this project.
    """

    def __init__(self, path: Path) -> None:
        model = load_model(path)
        missing = set(OUTPUTS) - set(model.output_names)
        if missing:
            raise ArtifactError(f"{path} has no output named {sorted(missing)[0]}. Use a model made by this project.")
        import tensorflow as tf

        self.size = int(model.input_shape[1])
        self.exhausted = (MemoryError, tf.errors.ResourceExhaustedError)
        # A traced function answers one image several times sooner than model(x) or model.predict(x).
        self._call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
        self._call(np.zeros((1, self.size, self.size, 3), dtype=np.uint8))

    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features and the unit embeddings."""
        outputs = self._call(pixels)
        features, embeddings = (outputs[name].numpy() for name in OUTPUTS)
        return features, embeddings
