"""The weights of a ConSE head: a softmax over the labels, then the vectors of the labels. After training, it is DeViSE.

ConSE (Norouzi et al., 2013) embeds an image as the mean of the label vectors, weighted by the classifier's probabilities. The
two matrices of this product are the layers ``labels`` and ``space``. The hinge rank loss trains both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from devise_core.vectors import Floats

if TYPE_CHECKING:
    import keras

TEMPERATURE = 2.0
"""Softens the classifier, so that an image of an unseen class is spread over several labels."""
_PARTS = ("kernel", "bias", "vectors")


@dataclass(frozen=True)
class Head:
    """The weights of a ConSE head.

    Attributes:
        kernel: ``(f, labels)``.
        bias: ``(labels,)``.
        vectors: ``(labels, d)``.
    """

    kernel: Floats
    bias: Floats
    vectors: Floats


def conse_head(kernel: Floats, bias: Floats, label_vectors: Floats, temperature: float = TEMPERATURE) -> Head:
    """Return the head before training: the softened classifier, and the label vectors. This is ConSE.

    Args:
        kernel: The classifier's kernel ``(f, labels)``.
        bias: The classifier's bias ``(labels,)``.
        label_vectors: Unit rows ``(labels, d)``.
        temperature: Divides the logits.

    Raises:
        ValueError: The classifier and the vectors differ in their number of labels.
    """
    if kernel.shape[1] != len(label_vectors):
        raise ValueError(f"The classifier has {kernel.shape[1]} labels, but there are {len(label_vectors)} label vectors.")
    return Head(kernel / np.float32(temperature), bias / np.float32(temperature), label_vectors)


def head_of(model: keras.Model) -> Head:
    """Return the weights of the layers ``labels`` and ``space`` of a model."""
    kernel, bias = model.get_layer("labels").get_weights()
    return Head(kernel, bias, model.get_layer("space").get_weights()[0])


def averaged(heads: Sequence[Head]) -> Head:
    """Return the mean of heads trained from one start with several seeds (Wortsman et al., 2022, "Model soups")."""
    means = (np.mean([getattr(head, part) for head in heads], axis=0) for part in _PARTS)
    return Head(*(np.asarray(mean, dtype=np.float32) for mean in means))


def interpolated(start: Head, trained: Head, share: float) -> Head:
    """Return a head between two others.

    A head that is fine-tuned on a few classes forgets the others. Between the two heads most of the gain remains, and little is
    lost (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").

    Args:
        start: The head before training.
        trained: The head after training, of the same shapes.
        share: From 0, the start, to 1, the trained head.

    Returns:
        The weighted mean of their weights.
    """
    sums = ((1 - share) * getattr(start, part) + share * getattr(trained, part) for part in _PARTS)
    return Head(*(np.asarray(total, dtype=np.float32) for total in sums))
