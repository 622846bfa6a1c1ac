"""Load weights into a graph of ``keras_applications.build``, from the bundled model, a download or a file."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devise_core.backbones.keras_applications import application
from devise_core.backbones.registry import LITE0, VGG16
from devise_core.errors import ArtifactError, BuildError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout, artifacts_folder
from devise_core.vision.keras_file import load_model

if TYPE_CHECKING:
    import keras

REMEDIES = "give a file with `--weights FILE`, or take random weights with `--weights none`"


def fill(model: keras.Model, name: str, weights: str | Path, artifacts: Path | None) -> None:
    """Load ``weights`` into ``model``.

    Args:
        model: A graph of ``keras_applications.build``.
        name: The name that the graph was built with.
        weights: As ``load_backbone`` takes them, except ``none``.
        artifacts: The folder of the bundled model. None takes the default folder.

    Raises:
        BuildError: The weights are not available.
        ArtifactError: The file does not fit the model.
    """
    if weights == "bundled":
        _fill_from_bundled(model, name, artifacts)
    elif weights == "imagenet":
        _fill_from_download(model, name)
    else:
        _fill_from_file(model, name, Path(weights))


def _fill_from_bundled(model: keras.Model, name: str, artifacts: Path | None) -> None:
    if name != LITE0:
        raise BuildError(f"The bundled weights are for {LITE0}, not for {name}. Take `--weights imagenet`, {REMEDIES}.")
    layout = ArtifactLayout(artifacts or artifacts_folder())
    _fill_from_keras_file(model, name, Manifest.read(layout.root).verified(layout.model))


def _fill_from_download(model: keras.Model, name: str) -> None:
    if name == LITE0:
        raise BuildError(f"Keras has no weights of {name}. Take `--weights bundled`, {REMEDIES}.")
    size = int(model.input_shape[1])
    with _explained_download(name), redirect_stdout(sys.stderr):  # stdout is for the command's result, not for progress
        source = application(name)(weights="imagenet", include_top=name == VGG16, pooling="avg", input_shape=(size, size, 3))
    _copy(model, source.weights[: len(model.weights)], f"Keras's {name}", name)


def _fill_from_file(model: keras.Model, name: str, path: Path) -> None:
    if not path.is_file():
        raise BuildError(f"There are no weights at {path}. Check the path, or use `--weights imagenet` or `--weights none`.")
    if path.suffix == ".keras":
        _fill_from_keras_file(model, name, path)
    elif path.suffix not in (".h5", ".hdf5"):
        raise BuildError(f"{path} is not a file of weights. Give a .keras, .weights.h5 or .h5 file.")
    elif not _loads(model, path):
        with_classifier = model if name == LITE0 else application(name)(weights=None)
        if with_classifier is model or not _loads(with_classifier, path):
            raise _misfit(str(path), name)
        _copy(model, with_classifier.weights[: len(model.weights)], str(path), name)


def _fill_from_keras_file(model: keras.Model, name: str, path: Path) -> None:
    import keras

    loaded = load_model(path)
    if "features" not in {layer.name for layer in loaded.layers}:
        raise ArtifactError(f"{path} has no layer named “features”. Give a model that this project made.")
    _copy(model, keras.Model(loaded.input, loaded.get_layer("features").output).weights, str(path), name)


def _loads(model: keras.Model, path: Path) -> bool:
    """Load a file of weights, and return whether it fits. A file with a classifier has more layers than a graph without one."""
    with warnings.catch_warnings(action="ignore"):  # Keras warns of each layer that lacks weights, then raises
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError, TypeError):
            return False
    return True


def _copy(model: keras.Model, source: Sequence[Any], origin: str, name: str) -> None:
    if [weight.shape for weight in source] != [weight.shape for weight in model.weights]:
        raise _misfit(origin, name)
    for target, value in zip(model.weights, source, strict=True):
        target.assign(value)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # a normalisation layer computes with a copy of its weights
            layer.finalize_state()


def _misfit(origin: str, name: str) -> ArtifactError:
    return ArtifactError(
        f"{origin} does not hold the weights of {name}. Give a file of this backbone, or name the backbone of the file."
    )


@contextmanager
def _explained_download(name: str) -> Iterator[None]:
    """Turn a failed download into a ``BuildError``. Keras raises a bare ``Exception`` from the connection error."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError | ValueError) or isinstance(error.__context__, OSError):
            raise BuildError(f"Keras cannot download the ImageNet weights of {name} ({error}): {REMEDIES}.") from error
        raise
