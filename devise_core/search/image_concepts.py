"""Map images into the concept space, the second space of word vectors (``text/concepts.py``).

The vector of an image comes from the labels that the classifier gives it, and from a caption that is predicted from its features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devise_core.search.class_shares import feature_roots
from devise_core.vectors import Floats, unit_or_zero

LABEL_WEIGHT, CAPTION_WEIGHT = 0.75, 1.0
"""How much labels and predicted captions count. Chosen by cross-validation on the training images of Caltech-101, Pascal Sentences
and the ImageNet samples."""


@dataclass(frozen=True)
class CaptionMap:
    """A ridge regression from the ``feature_roots`` of an image to the vector of its caption in the concept space.

    Attributes:
        mean: What is subtracted from the roots first ``(f,)``.
        matrix: The coefficients ``(f, c)``.
    """

    mean: Floats
    matrix: Floats


@dataclass(frozen=True)
class ImageConcepts:
    """Gives images their vectors in the concept space.

    Attributes:
        labels: The vectors of the labels in the concept space, unit rows ``(labels, c)``.
        captions: Predicts the vector of a caption from features.
    """

    labels: Floats
    captions: CaptionMap

    def of(self, features: Floats, shares: Floats) -> Floats:
        """Return the vectors ``(n, c)`` of ``n`` images. They are not unit vectors.

        Args:
            features: The features of the backbone ``(n, f)``.
            shares: The probability of each label ``(n, labels)``.
        """
        labels = unit_or_zero(shares @ self.labels)
        captions = unit_or_zero((feature_roots(features) - self.captions.mean) @ self.captions.matrix)
        return np.asarray(LABEL_WEIGHT * labels + CAPTION_WEIGHT * captions, dtype=np.float32)
