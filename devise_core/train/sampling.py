"""The batches of an epoch: shuffled images, a true label drawn for each image, and captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from devise_core.train.recipe import Recipe
from devise_core.train.targets import Targets
from devise_core.vectors import Floats, Rows

Inputs = Callable[[Rows], Any]
"""Rows ``(n,)`` → what the model reads: features ``(n, f)`` or pixels. An image in a view has the row
view · number of images + image."""


@dataclass(frozen=True)
class Captions:
    """The captions of a set of examples.

    Attributes:
        rows: The numbers ``(m,)`` of the images that have captions.
        vectors: For each of these images, the unit vectors of its captions ``(captions, d)``.
    """

    rows: Rows
    vectors: Sequence[Floats]


@dataclass(frozen=True)
class Examples:
    """Images to train or to validate on.

    Attributes:
        inputs: Returns what the model reads for the given rows.
        classes: The class ``(n,)`` of each image, as a row number of the targets.
        views: How many views each image has.
        captions: The captions of the images, or None if no captions are trained on.
    """

    inputs: Inputs
    classes: Rows
    views: int = 1
    captions: Captions | None = None


@dataclass(frozen=True)
class Batch:
    """The input of one training step.

    Attributes:
        rows: The images in their views, as rows ``(n,)`` for ``Inputs``.
        true: The true label ``(n,)`` drawn for each row.
        wrong: 1 where a label is wrong for a row, else 0 ``(n, labels)``.
        order: Random numbers that order the wrong labels ``(n, labels)``, or None if the loss needs no order.
        captioned: Rows ``(m,)`` of images that have captions, or None if no captions are trained on.
        captions: The vector of one caption for each row of ``captioned``, ``(m, d)``.
    """

    rows: Rows
    true: Rows
    wrong: Floats
    order: Floats | None = None
    captioned: Rows | None = None
    captions: Floats | None = None


def feature_examples(features: Floats, classes: Rows, captions: Captions | None = None) -> Examples:
    """Return examples whose inputs are features.

    Args:
        features: The features of the images, ``(views, n, f)``.
        classes: The class ``(n,)`` of each image.
        captions: The captions of the images, or None to train without captions.

    Returns:
        Examples with ``views · n`` rows. The first views of all images come first.
    """
    views, count, width = features.shape
    rows = features.reshape(views * count, width)
    return Examples(lambda chosen: rows[chosen], classes, views, captions)


def batches(examples: Examples, targets: Targets, recipe: Recipe, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield the batches of one epoch: every view of every image once, in random order.

    Views that are left over after the last full batch are skipped in this epoch.

    Args:
        examples: The images to train on.
        targets: What each class is trained towards.
        recipe: Gives the batch size, the loss and the weight of captions.
        rng: Makes every random choice.

    Yields:
        Batches of ``recipe.batch`` views, or a single smaller batch if there are fewer views in all.
    """
    count, size = len(examples.classes), recipe.batch
    shuffled = rng.permutation(examples.views * count)
    cumulated = np.cumsum(targets.shares, axis=1)
    for start in range(0, max(1, len(shuffled) - size + 1), size):
        rows = shuffled[start : start + size]
        classes = examples.classes[rows % count]
        drawn = rng.random((len(rows), 1)) * cumulated[classes, -1:]
        true = (cumulated[classes] <= drawn).sum(axis=1).astype(np.int64)
        wrong = targets.wrong[classes]
        order = random_order(wrong, recipe, rng)
        captioned, captions = _draw_captions(examples, recipe, rng)
        yield Batch(rows, true, wrong, order, captioned, captions)


def random_order(wrong: Floats, recipe: Recipe, rng: np.random.Generator) -> Floats | None:
    """Return random numbers that order the wrong labels, or None if the loss is not ``hinge-first``.

    Args:
        wrong: 1 where a label is wrong for a row, else 0 ``(n, labels)``.
        recipe: Names the loss.
        rng: Makes the random numbers.

    Returns:
        Numbers from 0 to 1 ``float32 (n, labels)``, or None.
    """
    return rng.random(wrong.shape, dtype=np.float32) if recipe.loss == "hinge-first" else None


def _draw_captions(examples: Examples, recipe: Recipe, rng: np.random.Generator) -> tuple[Rows | None, Floats | None]:
    """Draw distinct images that have captions, one caption for each image, and a single view for all images."""
    captions = examples.captions
    if captions is None or not len(captions.rows) or not recipe.caption_weight:
        return None, None
    chosen = rng.choice(len(captions.rows), min(recipe.batch, len(captions.rows)), replace=False)
    view = int(rng.integers(examples.views))
    vectors = np.stack([captions.vectors[row][rng.integers(len(captions.vectors[row]))] for row in chosen])
    return view * len(examples.classes) + captions.rows[chosen], vectors
