"""A softmax over classes, fitted on features."""

from __future__ import annotations

from typing import Any

import numpy as np

from devise_core.vectors import Floats, Rows

Classifier = tuple[Floats, Floats]
"""The kernel ``(f, labels)`` and the bias ``(labels,)`` of a softmax over labels that reads features."""


def fit_classifier(features: Floats, classes: Rows, decay: float = 1e-3, root: bool = False) -> Classifier:
    """Fit a softmax over the classes of images.

    The fit minimises the mean negative log likelihood + ``decay``/2 · |weights|², on features that are centred and scaled to
    about unit length.

    Args:
        features: The features ``(views, n, f)`` of every view of every image.
        classes: The class of each image ``(n,)``.
        decay: The strength of the L2 penalty.
        root: Whether the softmax reads the features as ``rooted`` returns them.

    Returns:
        The kernel and bias of the same softmax for features that are neither centred nor scaled.
    """
    from sklearn.linear_model import LogisticRegression

    classes = np.tile(classes, len(features))
    features = rooted(np.concatenate(features)) if root else np.concatenate(features)
    centre = features.mean(axis=0)
    scale = np.float32(np.sqrt(np.square(features - centre).sum(axis=1).mean())) or np.float32(1)
    fitted = LogisticRegression(C=1 / (decay * len(features)), max_iter=1000).fit((features - centre) / scale, classes)
    weights = fitted.coef_ / scale
    biases = fitted.intercept_ - weights @ centre
    if len(biases) == 1:  # for two classes, scikit-learn keeps only the difference of their weights
        weights, biases = np.concatenate([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    return np.asarray(weights.T, dtype=np.float32), np.asarray(biases, dtype=np.float32)


def rooted(features: Any) -> Any:
    """Return the square root of each feature's share of the sum over the image, so that a few large features weigh less.

    This is RootSIFT (Arandjelović & Zisserman, 2012, "Three things everyone should know to improve object retrieval").

    Args:
        features: ``(…, f)``, a NumPy array or a Keras tensor.
    """
    if isinstance(features, np.ndarray):
        shares = np.maximum(features, 0)
        return np.sqrt(shares / np.maximum(shares.sum(axis=-1, keepdims=True), 1e-9))
    from keras import ops

    shares = ops.relu(features)
    return ops.sqrt(shares / ops.maximum(ops.sum(shares, axis=-1, keepdims=True), 1e-9))
