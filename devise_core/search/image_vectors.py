"""What the score (``scorer.py``) needs of each image: a vector in the concept space, a constant, and the probabilities of labels.

The concept space is a second space of word vectors (``text/concepts.py``). The trained head is a softmax over the same features and
labels as the classifier, but trained with DeViSE's loss (``MODEL_CARD.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.image_concepts import ImageConcepts
from devise_core.text.noun_store import NounStore
from devise_core.vectors import Floats, Rows

HUB_SHARPNESS = 5.0
"""With a larger value, the constant for hubs depends more on the nouns that an image is nearest to."""
HEAD_SHARE = 1 / 3
"""How much of the trained head's softmax is mixed into the classifier's."""
_ROWS_AT_A_TIME = 512


@dataclass(frozen=True, eq=False)
class ImageSide:
    """What the score needs of ``n`` images.

    Attributes:
        embeddings: Unit rows ``(n, d)`` in the space of word vectors.
        vectors: Vectors in the concept space ``(n, c + 1)``. The last column is a constant that the score subtracts, because some
            images, called hubs, are near every query.
        shares: The probability of each label ``(n, labels)``, as ``mixed`` returns it.
    """

    embeddings: Floats
    vectors: Floats
    shares: Floats


class ImageVectors:
    """Computes ``ImageSide``, what the score needs of images.

    Args:
        concepts: Gives images their vectors in the concept space.
        hub_concepts: The first ``m`` nouns of the noun list in the concept space ``(m, c)``.
        nouns: The noun list.
        classifier: The softmax of the untrained classifier.
        head: The softmax of the trained head, or None.
    """

    def __init__(
        self,
        concepts: ImageConcepts,
        hub_concepts: Floats,
        nouns: NounStore,
        classifier: LabelSoftmax,
        head: LabelSoftmax | None,
    ) -> None:
        self.concepts, self._hub_concepts, self._nouns = concepts, hub_concepts, nouns
        self._classifier, self._head = classifier, head

    def side(self, features: Floats, embeddings: Floats, vectors: Floats | None = None, classes: Floats | None = None) -> ImageSide:
        """Compute what the score needs of ``n`` images.

        Args:
            features: The features of the backbone ``(n, f)``.
            embeddings: Unit rows ``(n, d)``.
            vectors: What the method ``vectors`` returned for these images earlier, or None to compute it.
            classes: The classifier's softmax of the images ``(n, labels)``, or None to compute it.

        Returns:
            What the score needs of the images.
        """
        classes = self._classifier.shares(features) if classes is None else classes
        vectors = self.vectors(features, embeddings, classes) if vectors is None else vectors
        return ImageSide(embeddings, vectors, self.mixed(features, classes))

    def vectors(self, features: Floats, embeddings: Floats, classes: Floats | None = None) -> Floats:
        """Return ``ImageSide.vectors``. They take most of the time to compute, so a collection stores them.

        Args:
            features: The features of the backbone ``(n, f)``.
            embeddings: Unit rows ``(n, d)``.
            classes: The classifier's softmax of the images ``(n, labels)``, or None to compute it.

        Returns:
            ``float32 (n, c + 1)``, with the constant for hubs in the last column.
        """
        vectors = np.empty((len(features), self.concepts.labels.shape[1] + 1), dtype=np.float32)
        for start in range(0, len(features), _ROWS_AT_A_TIME):
            rows = slice(start, start + _ROWS_AT_A_TIME)
            batch = np.asarray(features[rows], dtype=np.float32)
            shares = self._classifier.shares(batch) if classes is None else classes[rows]
            vectors[rows, :-1] = self.concepts.of(batch, shares)
            vectors[rows, -1] = self._hubs(embeddings[rows], vectors[rows, :-1])
        return vectors

    def partitions(self, features: Floats, classes: Floats) -> Floats:
        """Return what ``shares_of`` needs of ``n`` images.

        Args:
            features: The features of the backbone ``(n, f)``.
            classes: The classifier's softmax of the images ``(n, labels)``.

        Returns:
            What ``LabelSoftmax.partitions`` returns for the classifier and for the head, as the columns of ``(n, 2)``. The second
            column is 0 if there is no head.
        """
        head = self._head.partitions(features) if self._head else np.zeros(len(features), dtype=np.float32)
        return np.stack([self._classifier.partitions(features, classes), head], axis=1)

    def shares_of(self, features: Floats, labels: Rows, mixed: Rows, partitions: Floats) -> tuple[Floats, Floats]:
        """Return the probabilities of some labels, which takes less time than computing all. The other probabilities are 0.

        Args:
            features: The features of the backbone ``(n, f)``.
            labels: The numbers ``(m,)`` of the labels whose classifier probability is computed.
            mixed: Those of ``labels`` whose probability in ``ImageSide.shares`` is computed, in the same order.
            partitions: What ``partitions`` returned for the images ``(n, 2)``.

        Returns:
            The classifier's softmax, and the values of ``ImageSide.shares``, each ``(n, all labels)``.
        """
        classes = np.zeros((len(features), self._classifier.label_count), dtype=np.float32)
        classes[:, labels] = self._classifier.shares_of(features, labels, partitions[:, 0])
        if self._head is None or not len(mixed):
            return classes, classes
        shares = np.zeros_like(classes)
        head = self._head.shares_of(features, mixed, partitions[:, 1])
        shares[:, mixed] = (1 - HEAD_SHARE) * classes[:, mixed] + HEAD_SHARE * head
        return classes, shares

    def _hubs(self, embeddings: Floats, concepts: Floats) -> Floats:
        """Return how near each image is to nouns in general ``(n,)``: the log of the mean exponential of its scores for nouns."""
        scores = HUB_SHARPNESS * (embeddings @ self._hub_vectors.T + concepts @ self._hub_concepts.T)  # (n, m)
        highest = scores.max(axis=1, initial=0.0)
        means = np.exp(scores - highest[:, None]).mean(axis=1)
        return np.asarray((highest + np.log(means)) / HUB_SHARPNESS, dtype=np.float32)

    def mixed(self, features: Floats, classes: Floats) -> Floats:
        """Mix the head's softmax into the classifier's.

        Args:
            features: The features of the backbone ``(n, f)``.
            classes: The classifier's softmax of the images ``(n, labels)``. If there is no head, this is returned unchanged.

        Returns:
            ``ImageSide.shares`` ``(n, labels)``.
        """
        if self._head is None:
            return classes
        return np.asarray((1 - HEAD_SHARE) * classes + HEAD_SHARE * self._head.shares(features), dtype=np.float32)

    @cached_property
    def _hub_vectors(self) -> Floats:
        """The nouns of ``hub_concepts`` in the space of word vectors ``(m, d)``."""
        return np.stack([self._nouns.vector(row) for row in range(len(self._hub_concepts))])
