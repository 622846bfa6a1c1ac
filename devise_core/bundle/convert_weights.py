"""Convert the PyTorch weights of EfficientNet-Lite0 to Keras, with batch normalisation folded in.

Only this module needs PyTorch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devise_core.backbones import efficientnet_lite0 as lite0
from devise_core.errors import BuildError

if TYPE_CHECKING:
    import keras

Weights = dict[str, npt.NDArray[np.float32]]


def read_state(path: Path) -> Weights:
    """Read the state dict in ``path`` without unpickling code.

    Raises:
        BuildError: If PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise BuildError("PyTorch is needed to convert the backbone. Run `pip install torch`, then try again.") from error
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items()}


def fill_backbone(model: keras.Model, state: Weights) -> None:
    """Set the weights of a model that was made by ``efficientnet_lite0.backbone``."""
    _fill_layer(model, "stem", state, "_conv_stem", "_bn0")
    blocks = sum(stage.repeats for stage in lite0.STAGES)
    for block in range(blocks):
        prefix = f"_blocks.{block}"
        norm = iter(range(3))
        if f"{prefix}._expand_conv.weight" in state:
            _fill_layer(model, f"block{block}_expand", state, f"{prefix}._expand_conv", f"{prefix}._bn{next(norm)}")
        else:
            next(norm)
        _fill_layer(model, f"block{block}_depthwise", state, f"{prefix}._depthwise_conv", f"{prefix}._bn{next(norm)}")
        _fill_layer(model, f"block{block}_project", state, f"{prefix}._project_conv", f"{prefix}._bn{next(norm)}")
    _fill_layer(model, "top", state, "_conv_head", "_bn1")


def classifier(state: Weights) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the kernel ``(1280, 1000)`` and bias ``(1000,)`` of the ImageNet-1k classifier, with the classes ordered by id."""
    return np.ascontiguousarray(state["_fc.weight"].T), state["_fc.bias"]


def _fill_layer(model: keras.Model, layer: str, state: Weights, conv: str, norm: str) -> None:
    """Set the weights of one layer to those of a convolution and the batch normalisation after it."""
    kernel = state[f"{conv}.weight"]  # (out, in, h, w), or (channels, 1, h, w) for a depthwise convolution
    variance, mean = state[f"{norm}.running_var"], state[f"{norm}.running_mean"]
    scale = state[f"{norm}.weight"] / np.sqrt(variance + lite0.BATCH_NORM_EPSILON)
    bias = state[f"{norm}.bias"] - mean * scale
    depthwise = layer.endswith("_depthwise")
    folded = (kernel * scale[:, None, None, None]).transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    model.get_layer(layer).set_weights([folded, bias])
