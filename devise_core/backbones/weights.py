"""Weights → a graph made by ``graphs.build``, out of the bundled model, a download or a file."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from devise_core.backbones import LITE0, VGG16
from devise_core.backbones.graphs import application
from devise_core.errors import ArtifactError, BuildError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout, artifacts_folder
from devise_core.vision.keras_file import load_model

if TYPE_CHECKING:
    import keras

REMEDIES = "give a file with `--weights FILE`, or random weights with `--weights none`"


def fill(model: keras.Model, name: str, weights: str | Path, artifacts: Path | None) -> None:
    """Put ``weights`` (as ``load_backbone`` takes them, "none" apart) into ``model``."""
    if weights == "bundled":
        _bundled(model, name, artifacts)
    elif weights == "imagenet":
        _imagenet(model, name)
    else:
        _file(model, name, Path(weights))


def _bundled(model: keras.Model, name: str, artifacts: Path | None) -> None:
    if name != LITE0:
        raise BuildError(f"The bundled weights are {LITE0}'s, not {name}'s: take `--weights imagenet`, {REMEDIES}.")
    layout = ArtifactLayout(artifacts or artifacts_folder())
    _keras_file(model, name, Manifest.read(layout.root).verified(layout.model))


def _imagenet(model: keras.Model, name: str) -> None:
    if name == LITE0:
        raise BuildError(f"Keras has no weights of {name}: take `--weights bundled`, {REMEDIES}.")
    size = int(model.input_shape[1])
    with _Download(name), redirect_stdout(sys.stderr):  # Keras's progress bar; a command's stdout is its result
        source = application(name)(weights="imagenet", include_top=name == VGG16, pooling="avg", input_shape=(size, size, 3))
    _copy(model, source.weights[: len(model.weights)], f"Keras's {name}", name)


def _file(model: keras.Model, name: str, path: Path) -> None:
    if not path.is_file():
        raise BuildError(
            f"There are no weights at {path}: check the path, take `--weights imagenet`, or random weights with `--weights none`."
        )
    if path.suffix == ".keras":
        _keras_file(model, name, path)
    elif path.suffix not in (".h5", ".hdf5"):
        raise BuildError(f"{path} is no file of weights this can read: give a .keras, .weights.h5 or .h5 file.")
    elif not _loads(model, path):
        full = model if name == LITE0 else application(name)(weights=None)
        if full is model or not _loads(full, path):
            raise ArtifactError(
                f"{path} does not hold the weights of {name}: give that network's own file, or name the network the file is of."
            )
        _copy(model, full.weights[: len(model.weights)], str(path), name)


def _keras_file(model: keras.Model, name: str, path: Path) -> None:
    import keras

    loaded = load_model(path)
    if "features" not in {layer.name for layer in loaded.layers}:
        raise ArtifactError(f"{path} has no layer named “features”: give a model made by this project.")
    _copy(model, keras.Model(loaded.input, loaded.get_layer("features").output).weights, str(path), name)


def _loads(model: keras.Model, path: Path) -> bool:
    """Whether the file fits: one made with the classifier has more layers than a graph without it."""
    with warnings.catch_warnings(action="ignore"):  # of every layer that lacks its own; then it raises
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError, TypeError):
            return False
    return True


def _copy(model: keras.Model, source: Sequence[Any], origin: str, name: str) -> None:
    if [weight.shape for weight in source] != [weight.shape for weight in model.weights]:
        raise ArtifactError(
            f"{origin} does not hold the weights of {name}: give that network's own file, or name the network the file is of."
        )
    for mine, theirs in zip(model.weights, source, strict=True):
        mine.assign(theirs)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # a normalisation computes with a copy of its weights
            layer.finalize_state()


class _Download:
    """Keras raises a bare ``Exception`` for a download that fails: told here by the network error it stems from."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, OSError | ValueError) or (error and isinstance(error.__context__, OSError)):
            raise BuildError(f"Keras cannot fetch the ImageNet weights of {self.name} ({error}): {REMEDIES}.") from error
