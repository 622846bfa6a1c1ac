"""The weights of a ConSE head. Training turns a ConSE head into a DeViSE head.

A head maps the features of an image to its embedding. ConSE (Norouzi et al., 2013) embeds an image as the mean of the label
vectors, weighted by the classifier's probabilities. The head here differs from the paper: it divides the logits by ``TEMPERATURE``
and uses all labels, not the ten most probable ones. The layer ``labels`` is the classifier, a softmax over the labels. The layer
``space`` holds the label vectors. DeViSE's hinge rank loss trains both layers.
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
"""The divisor of the logits. It softens the classifier, so that an image of an unseen class gets shares of several labels."""
_PARTS = ("kernel", "bias", "vectors")


@dataclass(frozen=True)
class Head:
    """The weights of a ConSE head.

    Attributes:
        kernel: The kernel of the softmax ``(f, labels)``.
        bias: The bias of the softmax ``(labels,)``.
        vectors: The label vectors ``(labels, d)``.
    """

    kernel: Floats
    bias: Floats
    vectors: Floats


def conse_head(kernel: Floats, bias: Floats, label_vectors: Floats, temperature: float = TEMPERATURE) -> Head:
    """Return the untrained head, made from the softened classifier and the label vectors.

    Args:
        kernel: The classifier's kernel ``(f, labels)``.
        bias: The classifier's bias ``(labels,)``.
        label_vectors: Unit rows ``(labels, d)``.
        temperature: The divisor of the logits.

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
    """Return the mean of heads that were trained from the same start with different seeds.

    See Wortsman et al. (2022), "Model soups".
    """
    means = (np.mean([getattr(head, part) for head in heads], axis=0) for part in _PARTS)
    return Head(*(np.asarray(mean, dtype=np.float32) for mean in means))


def interpolated(start: Head, trained: Head, share: float) -> Head:
    """Return a head between a head before training and the head after training.

    A head that is fine-tuned on a few classes gets worse on other classes. A head in between keeps most of the gain and loses
    little on other classes (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").

    Args:
        start: The head before training.
        trained: The head after training, of the same shapes.
        share: The weight of ``trained``, from 0 to 1. The weight of ``start`` is the rest.

    Returns:
        A head whose kernel, bias and vectors are the weighted means of those of the two heads.
    """
    sums = ((1 - share) * getattr(start, part) + share * getattr(trained, part) for part in _PARTS)
    return Head(*(np.asarray(total, dtype=np.float32) for total in sums))
