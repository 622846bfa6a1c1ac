"""The heads on the backbone. The first: a softmax over the labels, then their vectors. Untrained, this *is* ConSE.

ConSE (Norouzi et al., 2013) places a picture at the mean of label vectors, weighted by the classifier's probabilities. The
two matrices of that product are the layers ``labels`` and ``space``; trained with the hinge rank loss they are DeViSE's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.vectors import Floats, Rows

if TYPE_CHECKING:
    import keras

Classifier = tuple[Floats, Floats]
"""A softmax on features: kernel ``(f, labels)`` and bias ``(labels,)``."""

TEMPERATURE = 2.0
"""Softens the classifier, so that a picture of something new leans on several labels."""


@dataclass(frozen=True)
class Head:
    """``kernel`` ``(f, labels)``, ``bias`` ``(labels,)`` and ``vectors`` ``(labels, d)``."""

    kernel: Floats
    bias: Floats
    vectors: Floats


def conse_head(kernel: Floats, bias: Floats, label_vectors: Floats, temperature: float = TEMPERATURE) -> Head:
    """The start: the classifier's own weights, softened, and the label vectors."""
    if kernel.shape[1] != len(label_vectors):
        raise ValueError(f"The classifier has {kernel.shape[1]} labels, but there are {len(label_vectors)} label vectors.")
    return Head(kernel / np.float32(temperature), bias / np.float32(temperature), label_vectors)


def own_classifier(features: Floats, classes: Rows, decay: float = 1e-3, root: bool = False) -> Classifier:
    """A softmax over one's own classes ``(n,)``, fitted on ``features`` ``(views, n, f)``, or with ``root`` on ``rooted`` ones.

    The fit minimises the mean negative log likelihood + ``decay``/2 · |weights|², on features moved and scaled to about length 1.
    """
    from sklearn.linear_model import LogisticRegression

    classes = np.tile(classes, len(features))
    features = rooted(np.concatenate(features)) if root else np.concatenate(features)
    middle = features.mean(axis=0)
    scale = np.float32(np.sqrt(np.square(features - middle).sum(axis=1).mean())) or np.float32(1)
    fitted = LogisticRegression(C=1 / (decay * len(features)), max_iter=1000).fit((features - middle) / scale, classes)
    weights = fitted.coef_ / scale
    biases = fitted.intercept_ - weights @ middle
    if len(biases) == 1:  # of two classes it holds the second's lead alone
        weights, biases = np.concatenate([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    return np.asarray(weights.T, dtype=np.float32), np.asarray(biases, dtype=np.float32)


def rooted(features: Any) -> Any:
    """Of each feature's share in the picture's ``(…, f)`` the square root (Arandjelović & Zisserman, 2012, "RootSIFT"), so that a
    few large ones rule less. NumPy's or the graph's, as given."""
    if isinstance(features, np.ndarray):
        shares = np.maximum(features, 0)
        return np.sqrt(shares / np.maximum(shares.sum(axis=-1, keepdims=True), 1e-9))
    from keras import ops

    shares = ops.relu(features)
    return ops.sqrt(shares / ops.maximum(ops.sum(shares, axis=-1, keepdims=True), 1e-9))


def with_head(backbone: keras.Model, head: Head) -> keras.Model:
    """Pixels → ``features`` and ``embedding``, one model."""
    return joined(backbone, conse_model(head))


def joined(backbone: keras.Model, head: keras.Model) -> keras.Model:
    """``head``, from features to the layer ``embedding``, drawn layer by layer on the backbone's ``features``."""
    from keras import Model

    features = backbone.get_layer("features").output
    return Model(backbone.input, {"features": features, "embedding": head.call(features)}, name="devise")


def conse_model(head: Head, directions: Floats | None = None, root: bool = False, floor: float = 0.0) -> keras.Model:
    """Features → softmax over the labels (layer ``labels``) → their vectors (layer ``space``), of unit length.

    ``root``: the labels see what ``rooted`` makes of the features. ``floor``: shares below it count for nothing, but for the
    largest: a sharper T than ConSE's "the ten best".
    """
    from keras import layers, ops

    labels = layers.Dense(len(head.bias), activation="softmax", name="labels")
    space = layers.Dense(head.vectors.shape[1], use_bias=False, name="space")

    def above_floor(shares: Any) -> Any:
        return ops.where(shares >= ops.minimum(ops.max(shares, axis=-1, keepdims=True), floor), shares, 0.0)

    chain = [*([rooted] if root else []), labels, *([above_floor] if floor else []), space]
    model = _chain(len(head.kernel), chain, directions)
    labels.set_weights([head.kernel, head.bias])
    space.set_weights([head.vectors])
    return model


def linear_model(width: int, dimension: int, directions: Floats | None = None) -> keras.Model:
    """The paper's map: one matrix in the softmax's place (Frome et al., 2013), of unit length."""
    from keras import layers

    return _chain(width, [layers.Dense(dimension, name="space")], directions)


def mlp_model(width: int, dimension: int, directions: Floats | None = None) -> keras.Model:
    """The head of the work this project starts from, of unit length."""
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
    """``directions`` ``(m, d)``, which queries lack, are taken out of every embedding by a fixed layer, before its length is."""
    from keras import Input, Model, layers

    x = features = Input((width,), name="features_in")
    for layer in chain:
        x = layer(x)
    if directions is not None and len(directions):
        rest = layers.Dense(directions.shape[1], use_bias=False, trainable=False, name="without_directions")
        x = rest(x)
        rest.set_weights([np.eye(directions.shape[1], dtype=np.float32) - directions.T @ directions])
    return Model(features, layers.UnitNormalization(name="embedding")(x), name="head")
