"""Run a model with Keras and TensorFlow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from devise_core.errors import ArtifactError, DeviseError
from devise_core.installation import install_command
from devise_core.vectors import Floats
from devise_core.vision.keras_file import MAX_SIDE, load_model
from devise_core.vision.model_runtime import OUTPUTS, ModelRuntime
from devise_core.vision.preprocess import Pixels

if TYPE_CHECKING:
    import keras


class KerasRuntime(ModelRuntime):
    """A model that TensorFlow runs.

    The constructor imports TensorFlow and calls the model once, so that later calls are fast.

    Args:
        path: The ``.keras`` file.

    Raises:
        ArtifactError: The file is missing, damaged, or not a model of this project.
        DeviseError: TensorFlow had started before this process was forked.
    """

    _started_in: ClassVar[int | None] = None
    """The id of the process in which TensorFlow has started. A forked process has a copy of this number, but not of the threads."""

    def __init__(self, path: Path) -> None:
        self._check_process()
        model = load_model(path)
        missing = set(OUTPUTS) - set(getattr(model, "output_names", ()))
        if missing:
            raise ArtifactError(f"{path} has no output named {sorted(missing)[0]}. Use a model made by this project.")
        import tensorflow as tf

        self.size = _side_of(model, path)
        self.exhausted = (MemoryError, tf.errors.ResourceExhaustedError)
        # For one image, a traced function is several times faster than model(x) or model.predict(x).
        self._call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
        try:
            self._call(np.zeros((1, self.size, self.size, 3), dtype=np.uint8))
        except Exception as error:  # a model from another project can make TensorFlow raise any exception
            raise ArtifactError(
                f"{path} cannot encode an image ({type(error).__name__}). Use a model made by this project."
            ) from error

    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features and the unit embeddings, as ``ModelRuntime.run`` describes.

        Raises:
            DeviseError: TensorFlow had started before this process was forked.
        """
        self._check_process()
        outputs = self._call(pixels)
        features, embeddings = (outputs[name].numpy() for name in OUTPUTS)
        return features, embeddings

    @staticmethod
    def _check_process() -> None:
        """Refuse to use TensorFlow in a fork of the process in which it has started, because it would wait for ever."""
        if KerasRuntime._started_in not in (None, os.getpid()):
            raise DeviseError(
                "TensorFlow cannot run the image model in this process, because it had started before the process was forked. "
                'Start processes with multiprocessing.get_context("spawn") or "forkserver", or use ONNX Runtime, which works after '
                f"a fork: {install_command('onnx')}."
            )
        KerasRuntime._started_in = os.getpid()


def _side_of(model: keras.Model, path: Path) -> int:
    shape = model.input_shape
    if isinstance(shape, tuple) and len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3 and 1 <= (shape[1] or 0) <= MAX_SIDE:
        return int(shape[1])
    raise ArtifactError(
        f"{path} does not take square images of up to {MAX_SIDE} × {MAX_SIDE} pixels. Use a model made by this project."
    )
