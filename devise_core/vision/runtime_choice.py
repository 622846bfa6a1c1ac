"""Choose what runs the model of a ``.keras`` file: ONNX Runtime if it is installed, or else Keras with TensorFlow.

Both runtimes compute the same vectors. ONNX Runtime starts sooner than TensorFlow and needs less time and memory.
"""

from __future__ import annotations

from pathlib import Path

from devise_core.errors import SettingsError
from devise_core.settings.environment import text
from devise_core.vision.model_runtime import ModelRuntime
from devise_core.vision.onnx_runtime import load_onnx, missing_packages

AUTO, KERAS, ONNX = "auto", "keras", "onnx"


def chosen_runtime() -> str:
    """Return ``SEMBLANCE_RUNTIME``. Raises ``SettingsError`` if its value is not allowed."""
    chosen = text("runtime") or AUTO
    if chosen not in (AUTO, KERAS, ONNX):
        raise SettingsError(f"SEMBLANCE_RUNTIME is {chosen!r}, but must be {AUTO}, {KERAS} or {ONNX}.")
    return chosen


def load_runtime(path: Path) -> ModelRuntime:
    """Load the model of a ``.keras`` file with the runtime that ``SEMBLANCE_RUNTIME`` names.

    Keras is used if ONNX Runtime is named but the model cannot be translated to ONNX.

    Raises:
        ArtifactError: The file is missing, damaged, or not a model of this project.
        ModuleNotFoundError: A package that the chosen runtime needs is not installed.
        SettingsError: ``SEMBLANCE_RUNTIME`` has a value that is not allowed.
    """
    chosen = chosen_runtime()
    if (chosen == ONNX or (chosen == AUTO and not missing_packages())) and (runtime := load_onnx(path)):
        return runtime
    from devise_core.vision.keras_runtime import KerasRuntime

    return KerasRuntime(path)
