"""Backbones: models that map pixels to ``features``, with their preprocessing inside the graph.

``efficientnet-lite0`` comes with the project. ``vgg16`` is the backbone of the notebook that this project starts from, without
the layers after ``fc2``. Every other name is a model of ``keras.applications``, average-pooled over its last grid.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devise_core.backbones.registry import LITE0, VGG16, default_weights, matched, names

if TYPE_CHECKING:
    import keras

__all__ = ["LITE0", "VGG16", "Backbone", "default_weights", "load_backbone", "names"]


@dataclass(frozen=True)
class Backbone:
    """A backbone with its weights.

    Attributes:
        name: One of ``names()``.
        size: The width and height of the images that the model reads, in pixels.
        width: The number of features.
        model: Pixels ``(n, size, size, 3)``, RGB from 0 to 255 → the layer ``features`` ``(n, width)``.
        identity: A digest of the name, the size and the weights. Features of backbones with different identities cannot be mixed.
    """

    name: str
    size: int
    width: int
    model: keras.Model
    identity: str


def load_backbone(
    name: str, weights: str | Path | None = None, artifacts: Path | None = None, seed: int = 7, size: int = 0
) -> Backbone:
    """Build the backbone ``name`` and load its weights.

    Args:
        name: One of ``names()``. Case, hyphens and underscores do not matter.
        weights: ``bundled`` (from the model in ``artifacts``), ``imagenet`` (Keras downloads them), ``none`` (random, from
            ``seed``) or a file: a ``.keras`` file of this project, a ``.weights.h5`` file, or an ``.h5`` file as
            ``keras.applications`` publishes it, with or without the classifier. None takes ``default_weights(name)``.
        artifacts: The folder of the bundled model. None takes the default folder.
        seed: The seed of random weights. With the weights ``none``, it becomes Keras's global seed.
        size: The width and height of the images to read, in pixels, or 0 for the backbone's default.

    Returns:
        The backbone, whose model maps pixels to features ``(n, f)``.

    Raises:
        BuildError: The name is unknown, or the weights are not available.
        ArtifactError: The file of weights does not fit the backbone.
    """
    from devise_core.backbones.keras_applications import build
    from devise_core.backbones.weights import fill

    name = matched(name)
    source = default_weights(name) if weights is None else weights
    if source == "none":
        import keras

        keras.utils.set_random_seed(seed)
    model = build(name, size)
    if source != "none":
        fill(model, name, source, artifacts)
    return Backbone(name, int(model.input_shape[1]), int(model.output_shape[-1]), model, _identity(name, model))


def _identity(name: str, model: keras.Model) -> str:
    size = model.input_shape[1]
    digest = hashlib.sha256(name.encode() if size is None else f"{name} {size}".encode())
    for weight in model.weights:
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()[:16]
