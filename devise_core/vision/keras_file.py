"""Load ``.keras`` files without running any code that they contain."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from devise_core.errors import ArtifactError, extras_needed
from devise_core.installation import PROGRAM, install_command
from devise_core.storage.manifest import remedy

if TYPE_CHECKING:
    import keras

CONFIG = "config.json"
MAX_CONFIG_BYTES = 16_000_000
"""The largest description of a model that is read, in bytes. The description of the bundled model has 0.1 MB."""
MAX_SIDE = 2_048
"""The largest side, in pixels, of the square images that a model may take. Known backbones take up to 800 pixels."""


def stored_size(path: Path) -> int:
    """Return the side, in pixels, of the square images that a model takes, or 0 if only loading the model can tell.

    Only the configuration in the ``.keras`` file is read, which takes milliseconds. Keras does not need to be installed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(CONFIG).file_size > MAX_CONFIG_BYTES:
                return 0
            layers = json.loads(archive.read(CONFIG))["config"]["layers"]
        [shape] = [layer["config"]["batch_shape"] for layer in layers if layer["class_name"] == "InputLayer"]
        return int(shape[1]) if 1 <= int(shape[1]) <= MAX_SIDE else 0
    except Exception:  # a damaged file can raise anything; loading the model says what is wrong
        return 0


def load_model(path: Path) -> keras.Model:
    """Load a ``.keras`` file in safe mode.

    Raises:
        MissingPackageError: Keras or TensorFlow is not installed.
        ArtifactError: Keras cannot be imported, or the file is not a model that the installed Keras can load.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's start-up notes
    try:
        with extras_needed():
            import keras
    except ImportError as error:
        raise ArtifactError(
            f"Keras cannot be imported ({error.name or error}), so no image can be encoded. Run {install_command('images')}. "
            "Text search works without Keras."
        ) from error
    check_description(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file can make Keras and TensorFlow raise any exception
        raise ArtifactError(
            f"{path} is not a Keras model that this version can load ({type(error).__name__}). "
            f"{remedy(path)}, or make it again with `{PROGRAM} build head`."
        ) from error


def check_description(path: Path) -> None:
    """Refuse a ``.keras`` file whose description of the model is so large that reading it whole would fill the memory.

    Raises:
        ArtifactError: The description has more than ``MAX_CONFIG_BYTES``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = max((entry.file_size for entry in archive.infolist() if entry.filename.endswith(".json")), default=0)
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        return  # loading the model says what is wrong
    if size > MAX_CONFIG_BYTES:
        raise ArtifactError(
            f"{path} describes its model with {size / 1e6:.0f} MB, more than the {MAX_CONFIG_BYTES / 1e6:.0f} MB that are read. "
            f"{remedy(path)}."
        )
