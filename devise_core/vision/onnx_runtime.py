"""Run a model with ONNX Runtime."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from devise_core.vectors import Floats
from devise_core.vision.model_runtime import OUTPUTS, ModelRuntime
from devise_core.vision.preprocess import Pixels

_LOG = logging.getLogger("semblance")


class OnnxRuntime(ModelRuntime):
    """A model that ONNX Runtime runs.

    Args:
        model: The ONNX model, as ``onnx_conversion.convert`` makes it.
        size: The side, in pixels, of the square that it sees.
    """

    def __init__(self, model: bytes, size: int) -> None:
        import onnxruntime

        self.size = size
        self.exhausted = (MemoryError, onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException)
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the largest batch for ever
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads would take time from others
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.run(np.zeros((1, size, size, 3), dtype=np.uint8))

    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features and the unit embeddings."""
        from devise_core.vision.onnx_conversion import INPUT

        features, embeddings = self._session.run(OUTPUTS, {INPUT: pixels})
        return features, embeddings


def load_onnx(path: Path) -> OnnxRuntime | None:
    """Load the model of a ``.keras`` file, or return None if it cannot be translated. Then Keras runs it, or says what is wrong.

    Raises:
        ModuleNotFoundError: A package that it needs is not installed.
    """
    from devise_core.vision.onnx_conversion import convert

    try:
        return OnnxRuntime(*convert(path))
    except ModuleNotFoundError:
        raise
    except Exception as error:  # a file may be anything, and the libraries raise errors of their own
        _LOG.info("%s is run with Keras, because it has no translation to ONNX: %r", path, error)
        return None
