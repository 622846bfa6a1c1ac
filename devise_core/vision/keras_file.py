"""``.keras`` files, loaded so that no code in them is run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from devise_core.errors import ArtifactError

if TYPE_CHECKING:
    import keras


def load_model(path: Path) -> keras.Model:
    """Load a ``.keras`` file in safe mode. Raises ``ArtifactError`` where it is none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes are not for a visitor
    try:
        import keras
    except ImportError as error:
        raise ArtifactError(
            f"Keras cannot be imported ({error.name or error}), so pictures cannot be read; searching by words "
            "goes on: pip install -r requirements.txt."
        ) from error
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError, BadZipFile) as error:
        raise ArtifactError(
            f"{path} is no Keras model this version can load ({type(error).__name__}): restore it with "
            "`git checkout`, or make it again with `python -m devise_core build head`."
        ) from error
