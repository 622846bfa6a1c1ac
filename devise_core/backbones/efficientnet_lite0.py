"""EfficientNet-Lite0 as a Keras graph (Tan & Le, 2019; the "lite" variant of Google's TPU models, 2020).

The lite variant of EfficientNet-B0 has no squeeze-and-excite and uses ReLU6. Batch normalisation is folded into the kernel
and bias of each convolution. The function stays the same, and inference needs a third fewer operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

SIZE = 224
FEATURES = 1280
CLASSES = 1000
BATCH_NORM_EPSILON = 1e-3


@dataclass(frozen=True)
class Stage:
    """A series of inverted residual blocks. The first block applies the stride."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    filters: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def backbone(size: int = SIZE) -> keras.Model:
    """Return the graph with random weights.

    Args:
        size: The width and height of the images, in pixels.

    Returns:
        A model: pixels ``(n, size, size, 3)``, RGB from 0 to 255 → features ``(n, 1280)``, the mean over the last grid.
    """
    from keras import Input, Model, layers

    pixels = Input((size, size, 3), name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescale")(pixels)
    x = _relu6(_conv(x, 32, 3, 2, "stem"), "stem_relu")
    block, filters = 0, 32
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _inverted_residual(x, filters, stage, stride, f"block{block}")
            block, filters = block + 1, stage.filters
    x = _relu6(_conv(x, FEATURES, 1, 1, "top"), "grid")  # (n, size/32, size/32, 1280)
    return Model(pixels, layers.GlobalAveragePooling2D(name="features")(x), name="efficientnet-lite0")


def _inverted_residual(x: Any, filters: int, stage: Stage, stride: int, name: str) -> Any:
    from keras import layers

    y = x
    if stage.expand != 1:
        y = _relu6(_conv(y, filters * stage.expand, 1, 1, f"{name}_expand"), f"{name}_expand_relu")
    y = layers.DepthwiseConv2D(stage.kernel, stride, padding="same", name=f"{name}_depthwise")(y)
    y = _conv(_relu6(y, f"{name}_depthwise_relu"), stage.filters, 1, 1, f"{name}_project")
    return layers.Add(name=f"{name}_add")([x, y]) if stride == 1 and filters == stage.filters else y


def _conv(x: Any, filters: int, kernel: int, stride: int, name: str) -> Any:
    from keras import layers

    return layers.Conv2D(filters, kernel, stride, padding="same", name=name)(x)


def _relu6(x: Any, name: str) -> Any:
    from keras import layers

    return layers.ReLU(max_value=6.0, name=name)(x)
