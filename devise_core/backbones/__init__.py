"""The networks that see: each a graph from pixels to ``features`` with its preprocessing inside.

``efficientnet-lite0`` comes with the project; ``vgg16`` is the one of the work this project starts from, cut at ``fc2``;
every other is a network of ``keras.applications``, pooled over its last grid.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

LITE0, VGG16 = "efficientnet-lite0", "vgg16"


@dataclass(frozen=True)
class Backbone:
    """``model``: pixels ``(n, size, size, 3)``, 0 to 255, RGB → the layer ``features`` ``(n, width)``.

    ``identity`` is that of the network and of its weights' values: features of two identities cannot be mixed.
    """

    name: str
    size: int
    width: int
    model: keras.Model
    identity: str


def names() -> list[str]:
    """Every name there is: the bundled network, the seed's, and those of ``keras.applications``."""
    from devise_core.backbones.graphs import application_names

    return [LITE0, VGG16, *(name for name in application_names() if plain(name) != VGG16)]


def default_weights(name: str) -> str:
    """``bundled`` for the network that comes with the project, else ``imagenet``."""
    return "bundled" if plain(name) == plain(LITE0) else "imagenet"


def load_backbone(
    name: str, weights: str | Path | None = None, artifacts: Path | None = None, seed: int = 7, size: int = 0
) -> Backbone:
    """The network ``name``, whatever its case, hyphens and underscores, filled from ``weights``.

    ``weights``: ``bundled`` (out of the model in ``artifacts``), ``imagenet`` (downloaded by Keras), ``none`` (random; sets
    Keras's seed to ``seed``), or a file: a ``.keras`` of this project, a ``.weights.h5``, or an ``.h5`` as
    ``keras.applications`` publishes, with its classifier or without. By default ``default_weights(name)``. ``size``: the side of
    the square of pixels it is to see; 0 for its own.
    Raises ``BuildError`` for an unknown name and for weights not to be had, ``ArtifactError`` for a file that does not fit.
    """
    from devise_core.backbones.graphs import build, known
    from devise_core.backbones.weights import fill

    name = known(name)
    chosen = default_weights(name) if weights is None else weights
    if chosen == "none":
        import keras

        keras.utils.set_random_seed(seed)
    model = build(name, size)
    if chosen != "none":
        fill(model, name, chosen, artifacts)
    return Backbone(name, int(model.input_shape[1]), int(model.output_shape[-1]), model, _identity(name, model))


def plain(name: str) -> str:
    """``name`` as it is compared: lower case, without hyphens and underscores."""
    return name.lower().replace("-", "").replace("_", "")


def _identity(name: str, model: keras.Model) -> str:
    size = model.input_shape[1]
    digest = hashlib.sha256(name.encode() if size is None else f"{name} {size}".encode())
    for weight in model.weights:
        digest.update(weight.numpy().tobytes())
    return digest.hexdigest()[:16]
