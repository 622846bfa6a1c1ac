"""Heads as Keras models that map features to unit embeddings, and models that join a backbone with a head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.train.classifier import rooted
from devise_core.train.head import Head
from devise_core.vectors import Floats

if TYPE_CHECKING:
    import keras


def with_head(backbone: keras.Model, head: Head) -> keras.Model:
    """Return one model from pixels to the outputs ``features`` and ``embedding``."""
    return joined(backbone, conse_model(head))


def joined(backbone: keras.Model, head: keras.Model) -> keras.Model:
    """Return one model from pixels to the outputs ``features`` and ``embedding``.

    Args:
        backbone: A model from pixels to the layer ``features``.
        head: A model from features to the layer ``embedding``. The layers of the head become layers of the result.
    """
    from keras import Model

    features = backbone.get_layer("features").output
    return Model(backbone.input, {"features": features, "embedding": head.call(features)}, name="devise")


def conse_model(
    head: Head, directions: Floats | None = None, root: bool = False, floor: float = 0.0, labels: keras.layers.Dense | None = None
) -> keras.Model:
    """Return the ConSE head: the softmax layer ``labels``, the layer ``space`` with the label vectors, and scaling to length 1.

    Args:
        head: The weights.
        directions: Orthonormal rows ``(m, d)`` to remove from the embeddings.
        root: Whether the softmax reads the features as ``rooted`` returns them.
        floor: Label shares below this value are set to 0, except the largest share. The ConSE paper instead keeps the ten
            largest shares.
        labels: The softmax layer to use, or None to make a new ``Dense`` layer.
    """
    from keras import layers, ops

    labels = labels or layers.Dense(len(head.bias), activation="softmax", name="labels")
    space = layers.Dense(head.vectors.shape[1], use_bias=False, name="space")

    def above_floor(shares: Any) -> Any:
        return ops.where(shares >= ops.minimum(ops.max(shares, axis=-1, keepdims=True), floor), shares, 0.0)

    chain = [*([rooted] if root else []), labels, *([above_floor] if floor else []), space]
    model = _chain(len(head.kernel), chain, directions)
    labels.set_weights([head.kernel, head.bias])
    space.set_weights([head.vectors])
    return model


def unfused_softmax(units: int) -> keras.layers.Dense:
    """Return a softmax layer that adds its bias in a separate operation.

    Keras fuses the matrix product with the addition of the bias. The gradient of the fused operation sums a batch in another
    order, which changes the rounding. The bundled head was trained without fusion. With this layer, a new build reproduces the
    bundled head to the last bit.
    """
    from keras import layers, ops

    class UnfusedSoftmax(layers.Dense):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return ops.softmax(ops.add(self.bias, ops.matmul(inputs, self.kernel)))

    return UnfusedSoftmax(units, name="labels")


def linear_model(width: int, dimension: int, directions: Floats | None = None) -> keras.Model:
    """Return the head of the DeViSE paper (Frome et al., 2013), a single linear layer, except for two additions.

    The layer has a bias, and the embeddings are scaled to length 1. In the paper, only the word vectors have length 1.

    Args:
        width: The number of features.
        dimension: The dimension of the embeddings.
        directions: Orthonormal rows ``(m, d)`` to remove from the embeddings.
    """
    from keras import layers

    return _chain(width, [layers.Dense(dimension, name="space")], directions)


def mlp_model(width: int, dimension: int, directions: Floats | None = None) -> keras.Model:
    """Return the head of the 2020 notebook that this project started from: one hidden layer, then scaling to length 1.

    Args:
        width: The number of features.
        dimension: The dimension of the embeddings.
        directions: Orthonormal rows ``(m, d)`` to remove from the embeddings.
    """
    from keras import layers

    return _chain(
        width,
        [
            layers.Dense(2000, name="hidden"),
            layers.BatchNormalization(name="hidden_norm"),
            layers.ReLU(name="hidden_relu"),
            layers.Dropout(0.5, name="hidden_dropout"),
            layers.Dense(dimension, name="space"),
            layers.BatchNormalization(name="space_norm"),
        ],
        directions,
    )


def _chain(width: int, chain: Sequence[Callable[[Any], Any]], directions: Floats | None) -> keras.Model:
    """Connect the layers. A fixed layer removes ``directions`` from the embeddings before they are scaled to unit length."""
    from keras import Input, Model, layers

    x = features = Input((width,), name="features_in")
    for layer in chain:
        x = layer(x)
    if directions is not None and len(directions):
        without_directions = layers.Dense(directions.shape[1], use_bias=False, trainable=False, name="without_directions")
        x = without_directions(x)
        without_directions.set_weights([np.eye(directions.shape[1], dtype=np.float32) - directions.T @ directions])
    return Model(features, layers.UnitNormalization(name="embedding")(x), name="head")
