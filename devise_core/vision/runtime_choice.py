"""What runs the model of a ``.keras`` file: TensorFlow, or ONNX Runtime where it is installed.

Both compute the same vectors. ONNX Runtime starts sooner and needs less time and memory.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from devise_core.errors import SettingsError
from devise_core.settings.environment import text
from devise_core.vision.model_runtime import ModelRuntime

AUTO, KERAS, ONNX = "auto", "keras", "onnx"
_NEEDED = ("onnxruntime", "onnx", "h5py")


def load_runtime(path: Path) -> ModelRuntime:
    """Load the model of a ``.keras`` file, as ``SEMBLANCE_RUNTIME`` says.

    Raises:
        ArtifactError: The file is missing, damaged, or not a model of this project.
        ModuleNotFoundError: A package that it needs is not installed.
        SettingsError: ``SEMBLANCE_RUNTIME`` has another value than those that are allowed.
    """
    chosen = text("runtime") or AUTO
    if chosen not in (AUTO, KERAS, ONNX):
        raise SettingsError(f"SEMBLANCE_RUNTIME is {chosen!r}, but must be {AUTO}, {KERAS} or {ONNX}.")
    if chosen == ONNX or (chosen == AUTO and all(map(find_spec, _NEEDED))):
        from devise_core.vision.onnx_runtime import load_onnx

        if (runtime := load_onnx(path)) is not None:
            return runtime
    from devise_core.vision.keras_runtime import KerasRuntime

    return KerasRuntime(path)
