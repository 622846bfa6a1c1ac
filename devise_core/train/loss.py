"""DeViSE's hinge rank loss, for labels and for captions. TensorFlow tensors throughout."""

from __future__ import annotations

from typing import Any

import numpy as np

MARGIN = 0.1
"""The paper's margin, on dot products of unit vectors."""


def hinge_rank(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN) -> Any:
    """Σ over wrong labels j of max(0, margin − e·t + e·t_j), averaged over pictures: a scalar.

    ``embeddings`` ``(n, d)`` and ``labels`` ``(c, d)`` have unit rows; ``targets`` ``(n,)`` are rows of ``labels``; ``wrong``
    ``(n, c)`` is 1 where a label is wrong for a picture. Frome et al. (2013), equation 1.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, c)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    return tf.reduce_mean(tf.reduce_sum(tf.nn.relu(margin - true + scores) * wrong, axis=1))


def hinge_rank_first(embeddings: Any, targets: Any, labels: Any, wrong: Any, margin: float = MARGIN, *, order: Any) -> Any:
    """The same sum, wrong labels taken in a random order and the sum cut at the first violator, as the paper trains (section 4.2).

    ``order`` ``(n, c)``: random numbers; each picture's labels are taken from the smallest up.
    """
    import tensorflow as tf

    scores = tf.matmul(embeddings, labels, transpose_b=True)  # (n, c)
    true = tf.gather(scores, targets, batch_dims=1)[:, None]  # (n, 1)
    losses = tf.nn.relu(margin - true + scores) * wrong
    first = tf.argmin(tf.where(losses > 0, order, tf.fill(tf.shape(order), np.inf)), axis=1)
    return tf.reduce_mean(tf.gather(losses, first, batch_dims=1))


def cosine(embeddings: Any, targets: Any, labels: Any) -> Any:
    """1 − e·t, averaged over pictures: the loss of the work this project starts from."""
    import tensorflow as tf

    return 1 - tf.reduce_mean(tf.reduce_sum(embeddings * tf.gather(labels, targets), axis=1))


def hinge_rank_pairs(embeddings: Any, captions: Any, margin: float = MARGIN) -> Any:
    """The same between pictures ``(n, d)`` and one caption of each ``(n, d)``; the other rows are the wrong ones, both ways."""
    import tensorflow as tf

    scores = tf.matmul(embeddings, captions, transpose_b=True)  # (n, n): picture, caption
    true = tf.linalg.diag_part(scores)
    wrong = 1 - tf.eye(tf.shape(scores)[0])
    to_captions = tf.nn.relu(margin - true[:, None] + scores) * wrong
    to_pictures = tf.nn.relu(margin - true[None, :] + scores) * wrong
    return tf.reduce_mean(tf.reduce_sum(to_captions, axis=1) + tf.reduce_sum(to_pictures, axis=0)) / 2
