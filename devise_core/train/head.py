"""The head on the backbone: a softmax over the labels, then their vectors. Untrained, this *is* ConSE.

ConSE (Norouzi et al., 2013) places a picture at the mean of label vectors, weighted by the classifier's probabilities. The
two matrices of that product are the layers ``labels`` and ``space``; trained with the hinge rank loss they are DeViSE's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from devise_core.vectors import Floats

if TYPE_CHECKING:
    import keras

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


def with_head(backbone: keras.Model, head: Head) -> keras.Model:
    """Pixels → ``features`` and ``embedding``, one model."""
    from keras import Model, layers

    features = backbone.get_layer("features").output
    labels = layers.Dense(len(head.bias), activation="softmax", name="labels")
    space = layers.Dense(head.vectors.shape[1], use_bias=False, name="space")
    embedding = layers.UnitNormalization(name="embedding")(space(labels(features)))
    model = Model(backbone.input, {"features": features, "embedding": embedding}, name="devise")
    labels.set_weights([head.kernel, head.bias])
    space.set_weights([head.vectors])
    return model
