"""Names → graphs with random weights, the same graph whatever the weights will be."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from devise_core.backbones import LITE0, VGG16, efficientnet_lite0, names, plain
from devise_core.errors import BuildError

if TYPE_CHECKING:
    import keras

HOME = "https://keras.io/api/applications/"
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
"""The side each network was trained at, where it is not 224: the default of its function in ``keras.applications``."""
DEVIATIONS = (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue, from 0 to 1."""


def application_names() -> list[str]:
    """The networks of ``keras.applications``."""
    import keras

    return sorted(name for name in dir(keras.applications) if name[0].isupper())


def known(name: str) -> str:
    """``name`` as ``names()`` spells it. Raises ``BuildError`` with the nearest spellings."""
    spelt = {plain(each): each for each in names()}
    if plain(name) in spelt:
        return spelt[plain(name)]
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    near = [spelt[match] for match, _, _ in process.extract(plain(name), list(spelt), scorer=OSA.normalized_similarity, limit=3)]
    raise BuildError(
        f"There is no backbone “{name}”: did you mean {', '.join(near[:-1])} or {near[-1]}? All are "
        f"{LITE0}, {VGG16} and those of {HOME}"
    )


def build(name: str, size: int = 0) -> keras.Model:
    """The graph of a name of ``names()``: pixels ``(n, size, size, 3)``, 0 to 255, RGB → ``features`` ``(n, f)``.

    ``size`` 0 is the network's own. Raises ``BuildError`` for another of a network that takes none.
    """
    import keras

    if name == LITE0:
        return efficientnet_lite0.backbone(size or efficientnet_lite0.SIZE)
    own = SIZES.get(name, 224)
    if size not in (0, own):
        raise BuildError(f"{name} sees pictures of {own} pixels; {LITE0} alone takes another size: give --size 0.")
    size = own
    pixels = keras.Input((size, size, 3), name="pixels")
    network = application(name)
    # Keras's own preprocessing, drawn into the graph: operations of Keras alone, so that the file loads in safe mode.
    ready = sys.modules[network.__module__].preprocess_input(pixels)
    if name == VGG16:
        output = network(weights=None, input_tensor=ready).get_layer("fc2").output
    else:
        output = network(weights=None, include_top=False, pooling="avg", input_tensor=ready).output
    model = keras.Model(pixels, keras.layers.Identity(name="features")(output), name=name.lower())
    return _with_deviations(model) if name.startswith("EfficientNetB") else model


def application(name: str) -> Any:
    """The function of ``keras.applications`` that builds ``name``."""
    import keras

    return getattr(keras.applications, "VGG16" if name == VGG16 else name)


def _with_deviations(model: keras.Model) -> keras.Model:
    """Divide by the root of the deviations once more after the normalisation, which holds them where it should hold squares.

    Keras draws this layer only where it downloads the weights itself; the published files need it all the same.
    """
    import keras

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        output = layer(*inputs, **options)
        if isinstance(layer, keras.layers.Normalization):
            return keras.layers.Rescaling([1 / math.sqrt(deviation) for deviation in DEVIATIONS], name="deviations")(output)
        return output

    return keras.models.clone_model(model, call_function=call)
