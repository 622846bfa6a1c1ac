"""EfficientNet-Lite0: the graph has the published stages, and its weights are converted without a change of the outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from devise_core.backbones import Backbone, load_backbone
from devise_core.backbones import efficientnet_lite0 as lite0
from devise_core.backbones.keras_applications import build
from devise_core.bundle.convert_weights import fill_backbone
from devise_core.vision.keras_file import load_model
from tests.conftest import BUNDLED
from tests.model_outputs import close, pixels


@pytest.fixture(scope="module")
def bundled() -> Backbone:
    return load_backbone("EfficientNet_Lite0", artifacts=BUNDLED)


def test_bundled_backbone_is_part_of_the_bundled_model(bundled: Backbone) -> None:
    wanted = load_model(BUNDLED / "model.keras")(pixels())["features"]
    assert (bundled.name, bundled.size, bundled.width) == ("efficientnet-lite0", 224, 1280)
    assert close(bundled.model(pixels()), wanted)


def test_lite0_matches_the_published_stages(bundled: Backbone) -> None:
    """Stage shapes are those of Tan & Le (2019), table 1. Folding the normalisations saves a third of the operations."""
    layers = bundled.model.layers
    last = np.cumsum([stage.repeats for stage in lite0.STAGES]) - 1
    shapes = [[layer for layer in layers if layer.name.startswith(f"block{block}_")][-1].output.shape[1:] for block in last]
    assert shapes == [(112, 112, 16), (56, 56, 24), (28, 28, 40), (14, 14, 80), (14, 14, 112), (7, 7, 192), (7, 7, 320)]
    assert bundled.model.get_layer("grid").output.shape[1:] == (7, 7, 1280)
    kinds = [type(layer).__name__ for layer in layers]
    assert set(kinds) == {"InputLayer", "Rescaling", "Conv2D", "DepthwiseConv2D", "ReLU", "Add", "GlobalAveragePooling2D"}
    convolutions = sum(kind.endswith("Conv2D") for kind in kinds)
    assert convolutions / (len(kinds) + convolutions) == pytest.approx(1 / 3, abs=0.03)


def test_folding_the_normalisation_keeps_the_outputs() -> None:
    """Compare the first two convolutions of a converted model with convolution and batch normalisation as in PyTorch."""
    import keras

    state, rng = {}, np.random.default_rng(2)
    model = build("efficientnet-lite0")
    blocks = sum(stage.repeats for stage in lite0.STAGES)
    pairs = [("stem", "_conv_stem", "_bn0"), ("top", "_conv_head", "_bn1")]
    for block in range(blocks):
        parts = ["expand", "depthwise", "project"][0 if block else 1 :]
        pairs += [
            (f"block{block}_{part}", f"_blocks.{block}._{part}_conv", f"_blocks.{block}._bn{number}")
            for number, part in enumerate(("expand", "depthwise", "project"))
            if part in parts
        ]
    for layer, conv, norm in pairs:
        kernel = model.get_layer(layer).get_weights()[0]
        order = (2, 3, 0, 1) if layer.endswith("_depthwise") else (3, 2, 0, 1)
        state[f"{conv}.weight"] = rng.normal(size=[kernel.shape[axis] for axis in order]).astype(np.float32)
        channels = len(state[f"{conv}.weight"])
        for name in ("weight", "bias", "running_mean", "running_var"):
            state[f"{norm}.{name}"] = rng.uniform(0.5, 2, channels).astype(np.float32)
    fill_backbone(model, state)
    x: Any = keras.ops.convert_to_tensor((pixels(32) - 127) / 128)
    for convolve, layer, (_, conv, norm) in (
        (keras.ops.conv, "stem", pairs[0]),
        (keras.ops.depthwise_conv, "block0_depthwise", pairs[2]),
    ):
        kernel = state[f"{conv}.weight"].transpose((2, 3, 0, 1) if layer.endswith("_depthwise") else (2, 3, 1, 0))
        y = convolve(x, kernel, strides=2 if layer == "stem" else 1, padding="same")
        mean, variance = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        y = (y - mean) / np.sqrt(variance + 1e-3) * state[f"{norm}.weight"] + state[f"{norm}.bias"]
        assert close(model.get_layer(layer)(x), y)
        x = keras.ops.relu6(y)
