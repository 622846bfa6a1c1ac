"""Load ``.keras`` files so that no code in them runs."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from devise_core.errors import ArtifactError
from devise_core.installation import PROGRAM, install_command
from devise_core.storage.manifest import remedy

if TYPE_CHECKING:
    import keras


def stored_size(path: Path) -> int:
    """Return the side, in pixels, of the square that a ``.keras`` file takes, or 0 if only loading the model can tell.

    It reads the configuration of the model, which takes milliseconds. Keras does not need to be installed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            layers = json.loads(archive.read("config.json"))["config"]["layers"]
        [shape] = [layer["config"]["batch_shape"] for layer in layers if layer["class_name"] == "InputLayer"]
        return int(shape[1])
    except (OSError, KeyError, TypeError, ValueError, IndexError, zipfile.BadZipFile):
        return 0


def load_model(path: Path) -> keras.Model:
    """Load a ``.keras`` file in safe mode.

    Raises:
        ArtifactError: It is not a Keras model that this version can load, or Keras cannot be imported.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's start-up notes
    try:
        import keras
    except ImportError as error:
        raise ArtifactError(
            f"Keras cannot be imported ({error.name or error}), so no image can be encoded. Run {install_command('images')}. "
            "Text search works without Keras."
        ) from error
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a file can make Keras and TensorFlow raise anything, also errors of their own
        raise ArtifactError(
            f"{path} is not a Keras model that this version can load ({type(error).__name__}). "
            f"{remedy(path)}, or make it again with `{PROGRAM} build head`."
        ) from error
