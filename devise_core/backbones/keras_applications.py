"""Build the graph of a backbone: a model of ``keras.applications``, or the bundled one. Its weights are random."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from devise_core.backbones import efficientnet_lite0
from devise_core.backbones.registry import LITE0, VGG16
from devise_core.errors import BuildError

if TYPE_CHECKING:
    import keras

SIZES = {
    "InceptionV3": 299,
    "Xception": 299,
    "InceptionResNetV2": 299,
    "NASNetLarge": 331,
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2S": 384,
    "EfficientNetV2M": 480,
    "EfficientNetV2L": 480,
}
"""The width and height in pixels that each model was trained with, if not 224. These are the defaults of ``keras.applications``."""
DEVIATIONS = (0.229, 0.224, 0.225)
"""Standard deviations of ImageNet's red, green and blue, on a scale from 0 to 1."""


def build(name: str, size: int = 0) -> keras.Model:
    """Return the graph of the backbone ``name``, with random weights.

    Args:
        name: One of ``names()``, in the same spelling.
        size: The width and height of the images, in pixels, or 0 for the model's default.

    Returns:
        A model: pixels ``(n, size, size, 3)``, RGB from 0 to 255 → ``features`` ``(n, f)``.

    Raises:
        BuildError: The model does not take this size.
    """
    import keras

    if name == LITE0:
        return efficientnet_lite0.backbone(size or efficientnet_lite0.SIZE)
    default = SIZES.get(name, 224)
    if size not in (0, default):
        raise BuildError(f"{name} reads images of {default} pixels. Only {LITE0} takes another size. Use --size 0.")
    pixels = keras.Input((default, default, 3), name="pixels")
    create = application(name)
    # Keras's preprocessing becomes part of the graph. It uses only Keras operations, so a file of the model loads in safe mode.
    ready = sys.modules[create.__module__].preprocess_input(pixels)
    if name == VGG16:
        output = create(weights=None, input_tensor=ready).get_layer("fc2").output
    else:
        output = create(weights=None, include_top=False, pooling="avg", input_tensor=ready).output
    model = keras.Model(pixels, keras.layers.Identity(name="features")(output), name=name.lower())
    return _with_deviations(model) if name.startswith("EfficientNetB") else model


def application(name: str) -> Any:
    """Return the function of ``keras.applications`` that builds ``name``."""
    import keras

    return getattr(keras.applications, "VGG16" if name == VGG16 else name)


def _with_deviations(model: keras.Model) -> keras.Model:
    """Return a copy of the model that divides by the root of the deviations after the normalisation.

    The normalisation layer of the published files holds deviations where it should hold their squares. Keras adds this
    correction only when it downloads the weights itself, but the published files always need it.
    """
    import keras

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        output = layer(*inputs, **options)
        if isinstance(layer, keras.layers.Normalization):
            return keras.layers.Rescaling([1 / math.sqrt(deviation) for deviation in DEVIATIONS], name="deviations")(output)
        return output

    return keras.models.clone_model(model, call_function=call)
