"""DeViSE's hinge rank loss, for labels and for captions. All functions take and return TensorFlow tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

MARGIN = 0.1
"""The margin of the DeViSE paper (Frome et al., 2013) between dot products of unit vectors."""


def hinge_rank(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN) -> Any:
    """Return the sum over wrong labels j of max(0, margin − e·t + e·t_j), averaged over images.

    The embedding is e, the vector of the true label is t, and that of label j is t_j (Frome et al., 2013, equation 1).

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label ``(n,)`` of each image, as a row number of ``labels``.
        labels: The label vectors, unit rows ``(labels, d)``.
        wrong: 1 where a label is wrong for an image, else 0 ``(n, labels)``.
        margin: By how much the dot product with the true label must exceed that with a wrong label.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, labels)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    return tf.reduce_mean(tf.reduce_sum(tf.nn.relu(margin - true + scores) * wrong, axis=1))


def hinge_rank_first(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN, *, order: Any) -> Any:
    """Return the loss of one wrong label for each image, averaged over images.

    Wrong labels are tried in random order, and the first label that violates the margin counts. The DeViSE paper trains with
    this loss (Frome et al., 2013, section 4.2).

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label ``(n,)`` of each image, as a row number of ``labels``.
        labels: The label vectors, unit rows ``(labels, d)``.
        wrong: 1 where a label is wrong for an image, else 0 ``(n, labels)``.
        margin: By how much the dot product with the true label must exceed that with a wrong label.
        order: Random numbers ``(n, labels)``. The labels of an image are tried in ascending order of their numbers.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, labels)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    losses = tf.nn.relu(margin - true + scores) * wrong
    first = tf.argmin(tf.where(losses > 0, order, tf.fill(tf.shape(order), np.inf)), axis=1)
    return tf.reduce_mean(tf.gather(losses, first, batch_dims=1))


def cosine(embeddings: Any, targets: Any, labels: Any) -> Any:
    """Return 1 − e·t for an embedding e and the vector t of its true label, averaged over images.

    This is the loss of the 2020 notebook that this project started from.

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label ``(n,)`` of each image, as a row number of ``labels``.
        labels: The label vectors, unit rows ``(labels, d)``.
    """
    import tensorflow as tf

    return 1 - tf.reduce_mean(tf.reduce_sum(embeddings * tf.gather(labels, targets), axis=1))


def hinge_rank_pairs(embeddings: Any, captions: Any, margin: float = MARGIN) -> Any:
    """Return the hinge rank loss between images and captions.

    For each image, the captions of the other images in the batch are wrong. For each caption, the other images in the batch are
    wrong.

    Args:
        embeddings: Unit rows ``(n, d)``.
        captions: The vector of one caption for each image, unit rows ``(n, d)``.
        margin: By how much the dot product with the true caption or image must exceed that with a wrong one.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, captions, transpose_b=True)  # (n, n): image, caption
    true = tf.linalg.diag_part(scores)
    wrong = 1 - tf.eye(tf.shape(scores)[0])
    to_captions = tf.nn.relu(margin - true[:, None] + scores) * wrong
    to_images = tf.nn.relu(margin - true[None, :] + scores) * wrong
    return tf.reduce_mean(tf.reduce_sum(to_captions, axis=1) + tf.reduce_sum(to_images, axis=0)) / 2
