"""EfficientNet-Lite0's PyTorch weights → Keras, batch normalisation folded in. PyTorch is needed here and nowhere else."""

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
    """The state dict in ``path``, as arrays; read without unpickling code."""
    try:
        import torch
    except ImportError as error:
        raise BuildError("Converting the backbone reads PyTorch weights: pip install torch, then run it again.") from error
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items()}


def fill_backbone(model: keras.Model, state: Weights) -> None:
    """Put ``state`` into a model made by ``efficientnet_lite0.backbone``."""
    _fill(model, "stem", state, "_conv_stem", "_bn0")
    blocks = sum(stage.repeats for stage in lite0.STAGES)
    for block in range(blocks):
        torch_name = f"_blocks.{block}"
        norm = iter(range(3))
        if f"{torch_name}._expand_conv.weight" in state:
            _fill(model, f"block{block}_expand", state, f"{torch_name}._expand_conv", f"{torch_name}._bn{next(norm)}")
        else:
            next(norm)
        _fill(model, f"block{block}_depthwise", state, f"{torch_name}._depthwise_conv", f"{torch_name}._bn{next(norm)}")
        _fill(model, f"block{block}_project", state, f"{torch_name}._project_conv", f"{torch_name}._bn{next(norm)}")
    _fill(model, "top", state, "_conv_head", "_bn1")


def classifier(state: Weights) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The ImageNet-1k classifier: kernel ``(1280, 1000)`` and bias ``(1000,)``, classes in the order of their ids."""
    return np.ascontiguousarray(state["_fc.weight"].T), state["_fc.bias"]


def _fill(model: keras.Model, layer_name: str, state: Weights, conv: str, norm: str) -> None:
    kernel = state[f"{conv}.weight"]  # (out, in, h, w); depthwise: (channels, 1, h, w)
    variance, mean = state[f"{norm}.running_var"], state[f"{norm}.running_mean"]
    scale = state[f"{norm}.weight"] / np.sqrt(variance + lite0.BATCH_NORM_EPSILON)
    bias = state[f"{norm}.bias"] - mean * scale
    depthwise = layer_name.endswith("_depthwise")
    folded = (kernel * scale[:, None, None, None]).transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    model.get_layer(layer_name).set_weights([folded, bias])
