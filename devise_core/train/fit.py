"""Train the head on features computed once: labels and their kinds by the hinge rank loss, captions beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from devise_core.train.head import Head
from devise_core.train.loss import hinge_rank, hinge_rank_pairs
from devise_core.vectors import Floats, Rows

Progress = Callable[[int, float], None]
"""Called after each epoch with its number and mean loss."""


@dataclass(frozen=True)
class Settings:
    """What a run is made of; every number of it is saved beside its result."""

    epochs: int = 12
    batch: int = 64
    margin: float = 0.2
    classifier_rate: float = 1e-4
    space_rate: float = 1e-3
    caption_weight: float = 3.0
    seed: int = 7


@dataclass(frozen=True)
class Targets:
    """What each class is called.

    ``labels`` ``(c, d)`` have unit rows; ``shares`` ``(classes, c)`` says how often each is the true one of a class (rows add up
    to 1), ``wrong`` ``(classes, c)`` which are wrong for it.
    """

    labels: Floats
    shares: Floats
    wrong: Floats


@dataclass(frozen=True)
class Examples:
    """``features`` of each view ``(views, n, f)`` and ``classes`` ``(n,)``: rows of a ``Targets``."""

    features: Floats
    classes: Rows


@dataclass(frozen=True)
class Captioned:
    """``features`` of each view ``(views, n, f)`` and, for each picture, the vectors of its captions ``(m, d)``."""

    features: Floats
    captions: Sequence[Floats]


@dataclass
class History:
    """Mean loss of each epoch."""

    loss: list[float] = field(default_factory=list)


def fit(
    start: Head, targets: Targets, examples: Examples, captioned: Captioned, settings: Settings, progress: Progress | None = None
) -> tuple[Head, History]:
    """Train a copy of ``start``. One seed fixes the order of pictures, views, labels and captions."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(settings.seed)
    kernel, bias, vectors = (tf.Variable(part) for part in (start.kernel, start.bias, start.vectors))
    classifier, space = keras.optimizers.Adam(settings.classifier_rate), keras.optimizers.Adam(settings.space_rate)
    labels = tf.constant(targets.labels)

    def embed(features: Any) -> Any:
        return tf.math.l2_normalize(tf.nn.softmax(features @ kernel + bias) @ vectors, axis=1)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(features: Any, true: Any, wrong: Any, pictured: Any, said: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = hinge_rank(embed(features), true, labels, wrong, settings.margin)
            loss += settings.caption_weight * hinge_rank_pairs(embed(pictured), said, settings.margin)
        gradients = tape.gradient(loss, [kernel, bias, vectors])
        classifier.apply_gradients(zip(gradients[:2], [kernel, bias], strict=True))
        space.apply_gradients([(gradients[2], vectors)])
        return loss

    rng, history, (views, count, width) = np.random.default_rng(settings.seed), History(), examples.features.shape
    flat = examples.features.reshape(views * count, width)
    for epoch in range(settings.epochs):
        losses = []
        for rows, true, wrong in batches(targets, examples.classes, views, settings.batch, rng):
            view, pictured, said = drawn_captions(captioned.captions, len(captioned.features), settings.batch, rng)
            losses.append(float(step(flat[rows], true, wrong, captioned.features[view, pictured], said)))
        history.loss.append(float(np.mean(losses)))
        if progress:
            progress(epoch + 1, history.loss[-1])
    return Head(kernel.numpy(), bias.numpy(), vectors.numpy()), history


def averaged(heads: Sequence[Head]) -> Head:
    """The mean of heads trained from one start under several seeds (Wortsman et al., 2022, "Model soups")."""
    kernel, bias, vectors = (
        np.asarray(np.mean([getattr(head, part) for head in heads], axis=0), dtype=np.float32)
        for part in ("kernel", "bias", "vectors")
    )
    return Head(kernel, bias, vectors)


def between(start: Head, trained: Head, share: float) -> Head:
    """The point ``share`` of the way from ``start`` to ``trained``.

    A head fine-tuned on a few classes forgets what the start knew of the rest; on the line between them most of the gain stays
    and little is lost (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").
    """
    kernel, bias, vectors = (
        np.asarray((1 - share) * getattr(start, part) + share * getattr(trained, part), dtype=np.float32)
        for part in ("kernel", "bias", "vectors")
    )
    return Head(kernel, bias, vectors)


def batches(
    targets: Targets,
    classes: Rows,
    views: int,
    batch: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Rows, Rows, Floats]]:
    """One pass over every view of every picture, shuffled; an incomplete last batch is left for another epoch.

    Yields view · pictures + picture ``(n,)``, the true label of each ``(n,)`` and which labels are wrong for it ``(n, c)``.
    """
    count = len(classes)
    order = rng.permutation(views * count)
    until = np.cumsum(targets.shares, axis=1)
    for start in range(0, max(1, len(order) - batch + 1), batch):
        rows = order[start : start + batch]
        own = classes[rows % count]
        drawn = rng.random((len(rows), 1)) * until[own, -1:]
        true = (until[own] <= drawn).sum(axis=1).astype(np.int64)
        yield rows, true, targets.wrong[own]


def drawn_captions(captions: Sequence[Floats], views: int, batch: int, rng: np.random.Generator) -> tuple[int, Rows, Floats]:
    """A view, distinct pictures ``(m,)``, and one caption of each ``(m, d)``."""
    rows = rng.choice(len(captions), min(batch, len(captions)), replace=False)
    view = int(rng.integers(views))
    return view, rows, np.stack([captions[row][rng.integers(len(captions[row]))] for row in rows])
