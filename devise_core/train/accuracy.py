"""Measure how often a trained model names the right class of images that were kept out of training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from devise_core.train.classifier import fit_classifier, rooted
from devise_core.train.corpus import Corpus
from devise_core.train.recipe import Recipe
from devise_core.train.trainer import Curve
from devise_core.vectors import Floats, Rows, unit

FOLDS, FOLDS_UP_TO = 5, 5_000
"""The number of folds, and up to how many images all folds are tested, so that each image is tested once. With more images, only
the first fold is tested, because testing the other folds would take minutes."""


@dataclass(frozen=True)
class Accuracy:
    """How often the class nearest to an image is its true class, on images that the head (see ``head.py``) was not trained on.

    Attributes:
        share: The share of the tested images whose nearest class is the true class, from 0 to 1.
        images: How many images were tested.
        chance: The share that always guessing the most frequent class would get right, from 0 to 1.
        measured: How the images were kept out of training: "validation" or "cross-validation".
    """

    share: float
    images: int
    chance: float
    measured: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "share": round(self.share, 4), "chance": round(self.chance, 4)}

    def sentence(self) -> str:
        """Say the accuracy in words."""
        how = "kept for validation" if self.measured == "validation" else "by cross-validation"
        return f"accuracy {self.share:.1%} on {self.images} images {how} (always guessing the largest class: {self.chance:.1%})"


def validated(curves: Mapping[str, Curve], classes: Rows) -> Accuracy | None:
    """Return the accuracy after the last stage on the images kept for validation, or None if no images were kept.

    Args:
        curves: The curve of each training stage (head, then fine-tuning), in this order.
        classes: The true class ``(n,)`` of each image kept for validation.
    """
    last = list(curves.values())[-1]
    share = last.accuracy[last.best - 1] if last.best and last.accuracy else last.start_accuracy
    return Accuracy(share, len(classes), _largest(classes), "validation") if share is not None and len(classes) else None


def cross_validated(recipe: Recipe, corpus: Corpus, features: Floats) -> Accuracy | None:
    """Return the accuracy by cross-validation, or None if no class has two images.

    The images of each fold are tested with a head that is fitted on the other folds.

    Args:
        recipe: The settings of a ConSE head: a softmax over the classes, then the vectors of the classes.
        corpus: The classes of the images and the vectors of the classes.
        features: The features of the images, ``(views, n, f)``. Only the first view of an image is tested.
    """
    folds = _folds(corpus.classes, recipe.seed)
    tested, right = 0, 0
    for fold in range(FOLDS if len(folds) <= FOLDS_UP_TO else 1):
        test = folds == fold
        if not test.any():
            continue
        kernel, bias = fit_classifier(features[:, ~test], corpus.classes[~test], recipe.decay, recipe.features == "root")
        read = rooted(features[0, test]) if recipe.features == "root" else features[0, test]
        nearest = _nearest_class(recipe, (read @ kernel + bias), corpus.vectors)
        tested, right = tested + int(test.sum()), right + int((nearest == corpus.classes[test]).sum())
    return Accuracy(right / tested, tested, _largest(corpus.classes), "cross-validation") if tested else None


def _nearest_class(recipe: Recipe, logits: Floats, vectors: Floats) -> Rows:
    """Return the class ``(n,)`` whose vector is nearest to the ConSE embedding computed from ``logits`` ``(n, classes)``."""
    from scipy.special import softmax

    shares = softmax(logits / recipe.temperature, axis=1)
    kept = shares >= np.minimum(shares.max(axis=1, keepdims=True), recipe.floor)
    return np.asarray((unit(np.where(kept, shares, 0) @ vectors) @ vectors.T).argmax(axis=1))


def _folds(classes: Rows, seed: int) -> Rows:
    """Return the fold ``(n,)`` of each image, or -1 for the only image of a class. A class is spread evenly over the folds."""
    rng, folds = np.random.default_rng(seed), np.full(len(classes), -1)
    for each in np.unique(classes):
        rows = rng.permutation(np.flatnonzero(classes == each))
        if len(rows) > 1:
            folds[rows] = np.arange(len(rows)) % FOLDS
    return folds


def _largest(classes: Rows) -> float:
    return float(np.bincount(classes).max() / len(classes))
