"""DeViSE's hinge rank loss, for labels and for captions. All functions take and return TensorFlow tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

MARGIN = 0.1
"""The paper's margin, on dot products of unit vectors."""


def hinge_rank(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN) -> Any:
    """Return Σ over wrong labels j of max(0, margin − e·t + e·t_j), averaged over images. Frome et al. (2013), equation 1.

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label of each image, a row of ``labels`` ``(n,)``.
        labels: Unit rows ``(labels, d)``.
        wrong: 1 where a label is wrong for an image, else 0 ``(n, labels)``.
        margin: By how much the true label must lead.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, labels)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    return tf.reduce_mean(tf.reduce_sum(tf.nn.relu(margin - true + scores) * wrong, axis=1))


def hinge_rank_first(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN, *, order: Any) -> Any:
    """Return the loss of the first wrong label, in random order, that violates the margin, averaged over images.

    This is how the paper trains (Frome et al., 2013, section 4.2).

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label of each image, a row of ``labels`` ``(n,)``.
        labels: Unit rows ``(labels, d)``.
        wrong: 1 where a label is wrong for an image, else 0 ``(n, labels)``.
        margin: By how much the true label must lead.
        order: Random numbers ``(n, labels)``. The labels of an image are tried from the smallest number up.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, labels)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    losses = tf.nn.relu(margin - true + scores) * wrong
    first = tf.argmin(tf.where(losses > 0, order, tf.fill(tf.shape(order), np.inf)), axis=1)
    return tf.reduce_mean(tf.gather(losses, first, batch_dims=1))


def cosine(embeddings: Any, targets: Any, labels: Any) -> Any:
    """Return 1 − e·t, averaged over images: the loss of the notebook that this project starts from.

    Args:
        embeddings: Unit rows ``(n, d)``.
        targets: The true label of each image, a row of ``labels`` ``(n,)``.
        labels: Unit rows ``(labels, d)``.
    """
    import tensorflow as tf

    return 1 - tf.reduce_mean(tf.reduce_sum(embeddings * tf.gather(labels, targets), axis=1))


def hinge_rank_pairs(embeddings: Any, captions: Any, margin: float = MARGIN) -> Any:
    """Return the hinge rank loss between images and captions.

    For each image, the captions of the other images in the batch are the wrong ones. For each caption, the other images are.

    Args:
        embeddings: Unit rows ``(n, d)``.
        captions: The vector of one caption of each image, unit rows ``(n, d)``.
        margin: By how much the true caption or image must lead.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, captions, transpose_b=True)  # (n, n): image, caption
    true = tf.linalg.diag_part(scores)
    wrong = 1 - tf.eye(tf.shape(scores)[0])
    to_captions = tf.nn.relu(margin - true[:, None] + scores) * wrong
    to_images = tf.nn.relu(margin - true[None, :] + scores) * wrong
    return tf.reduce_mean(tf.reduce_sum(to_captions, axis=1) + tf.reduce_sum(to_images, axis=0)) / 2
