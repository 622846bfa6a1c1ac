"""Run a model with ONNX Runtime."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from devise_core.storage.paths import REPOSITORY
from devise_core.vectors import Floats
from devise_core.vision.keras_file import check_description
from devise_core.vision.model_runtime import OUTPUTS, ModelRuntime
from devise_core.vision.preprocess import Pixels

_LOG = logging.getLogger("semblance")


class OnnxRuntime(ModelRuntime):
    """A model that ONNX Runtime runs.

    Args:
        path: The file with the ONNX model, as ``onnx_conversion`` writes it. The file is no longer needed once the model is loaded.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        self.exhausted = (MemoryError, onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException)
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the largest batch for ever
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that spin while they wait slow others
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        [image] = self._session.get_inputs()
        self._input, self.size = image.name, image.shape[1]
        self.run(np.zeros((1, self.size, self.size, 3), dtype=np.uint8))

    def run(self, pixels: Pixels) -> tuple[Floats, Floats]:
        """Return the features and the unit embeddings, as ``ModelRuntime.run`` describes."""
        features, embeddings = self._session.run(OUTPUTS, {self._input: pixels})
        return features, embeddings


def missing_packages() -> list[str]:
    """Return the packages that ONNX Runtime and the translation need but that are not installed."""
    return [package for package in ("onnxruntime", "onnx", "h5py") if not find_spec(package)]


def load_onnx(path: Path) -> OnnxRuntime | None:
    """Load the model of a ``.keras`` file, or return None if the model cannot be translated to ONNX.

    If None is returned, the caller loads the file with Keras, whose error says what is wrong with a damaged file. The model is
    translated in a separate process. This process needs 150 MB for a moment and imports packages that only the translation needs.

    Raises:
        ArtifactError: The description of the model is too large.
        ModuleNotFoundError: A package that ONNX Runtime or the translation needs is not installed.
    """
    for package in missing_packages():
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    check_description(path)
    with tempfile.TemporaryDirectory() as folder:
        translated = Path(folder) / "model.onnx"
        command = [sys.executable, "-m", "devise_core.vision.onnx_conversion", str(path.resolve()), str(translated)]
        try:
            subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
            return OnnxRuntime(translated)
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip().rpartition("\n")[2]
        except Exception as error:  # the file may have any content, and ONNX Runtime has its own error classes
            reason = repr(error)
    _LOG.info("%s is run with Keras, because it has no translation to ONNX: %s", path, reason)
    return None
