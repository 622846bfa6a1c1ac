"""A softmax over the ImageNet labels, computed from the features of images without running the Keras model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_array
from devise_core.vectors import Floats, Rows


class LabelSoftmax:
    """A linear layer with a softmax.

    Args:
        weights: The weights ``(f + 1, labels)``. The last row is the bias.
        roots: Whether the layer reads what ``feature_roots`` returns for the features, and not the features themselves.
    """

    def __init__(self, weights: Floats, roots: bool = False) -> None:
        self._kernel, self._bias, self._roots = weights[:-1], weights[-1], roots

    @classmethod
    def open(cls, path: Path, roots: bool = False) -> LabelSoftmax:
        """Read a file such as ``classifier.npy``.

        Args:
            path: A ``.npy`` file of weights ``(f + 1, labels)``.
            roots: As in the constructor.

        Raises:
            ArtifactError: The file is missing or damaged.
        """
        weights = read_array(path, np.floating, (None, None)).astype(np.float32)
        if not len(weights):
            raise ArtifactError(f"{path} has no weights. Restore it, or make it again.")
        return cls(weights, roots)

    @property
    def label_count(self) -> int:
        """The number of labels."""
        return len(self._bias)

    @property
    def feature_count(self) -> int:
        """The number of features that the layer reads."""
        return len(self._kernel)

    def shares(self, features: Floats) -> Floats:
        """Return the probability of each label ``(n, labels)`` from features ``(n, f)``."""
        logits = self._inputs(features) @ self._kernel + self._bias
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        return np.asarray(logits / logits.sum(axis=1, keepdims=True), dtype=np.float32)

    def partitions(self, features: Floats, shares: Floats | None = None) -> Floats:
        """Return the logarithm of the denominator of each row's softmax ``(n,)``. ``shares_of`` needs it.

        Args:
            features: ``(n, f)``.
            shares: What the method ``shares`` returned for these features, or None to compute it.
        """
        shares = self.shares(features) if shares is None else shares
        best = shares.argmax(axis=1)
        logits = np.einsum("nf,fn->n", self._inputs(features), self._kernel[:, best]) + self._bias[best]
        return np.asarray(logits - np.log(shares[np.arange(len(shares)), best]), dtype=np.float32)

    def shares_of(self, features: Floats, labels: Rows, partitions: Floats) -> Floats:
        """Return the probability of some labels ``(n, len(labels))``, faster than ``shares``.

        Args:
            features: ``(n, f)``.
            labels: The indices of the labels.
            partitions: What ``partitions`` returned for the features ``(n,)``.
        """
        logits = self._inputs(features) @ self._kernel[:, labels] + self._bias[labels]
        return np.asarray(np.exp(np.minimum(logits - partitions[:, None], 0)), dtype=np.float32)

    def _inputs(self, features: Floats) -> Floats:
        check_features(features, self.feature_count)
        return feature_roots(features) if self._roots else np.asarray(features, dtype=np.float32)


def check_features(features: Floats, count: int) -> None:
    """Check that images have as many features ``(n, f)`` as a layer of the model reads.

    Raises:
        ArtifactError: They have a different number of features.
    """
    if features.shape[1] != count:
        raise ArtifactError(
            f"The images have {features.shape[1]} features each, and {count} are expected. Make the collection again "
            "(features.npy), or restore the model (classifier.npy, head_labels.npy)."
        )


def feature_roots(features: Floats) -> Floats:
    """Return the square root of each feature's share in its row (Arandjelović & Zisserman, 2012, "RootSIFT").

    Args:
        features: ``(n, f)``. Negative features count as 0.
    """
    shares = np.maximum(features, 0)
    return np.asarray(np.sqrt(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)), dtype=np.float32)
