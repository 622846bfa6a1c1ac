"""The 2020 notebook's measurement, for a head that is trained for the 20 classes of Pascal Sentences, like that of the notebook.

The head is made with the recipe ``own``: a softmax that is fitted on the classes, followed by their word vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import softmax

from devise_core.backbones import load_backbone
from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.evaluate.methods import CONSE, RANDOM, SOFTMAX, Methods, conse
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.naming import label_words, naming_metrics, nearest_random_words, nearest_words
from devise_core.evaluate.random_baseline import random_vector
from devise_core.evaluate.tables import MetricValues, Outcome, comparison
from devise_core.results import Cell, Table
from devise_core.train.cache import FeatureCache
from devise_core.train.classifier import fit_classifier, rooted
from devise_core.train.corpus import raw_vector
from devise_core.train.features import cached_features
from devise_core.train.head import conse_head
from devise_core.train.head_models import conse_model
from devise_core.train.recipe import RECIPES
from devise_core.vectors import Floats

OTHER_SPLITS = 5
OWN = "recipe own"
"""The name of the method. It is a form of ConSE and not DeViSE, because nothing trains it with a rank loss."""
RECIPE = RECIPES["own"]
TITLE = "Pascal Sentences with a head trained on its classes: naming with all words"
LAST_ROW = f"{OWN} on {OTHER_SPLITS} other splits"


def custom_classes(methods: Methods) -> Outcome:
    """Measure the head of ``train --recipe own`` on the 2020 notebook's split, and on other random splits to tell skill from luck.

    There is no table for a model that lacks the ImageNet classifier or was trained on custom classes.
    """
    model = methods.model
    if model.classifier is None or model.has_custom_labels:
        return Outcome(())
    images = readers.pascal_sentences(model.data / "pascal-sentences")
    model.say(f"pascal-sentences: the recipe own on {1 + OTHER_SPLITS} splits")
    features = _features(model, images)
    parts = [splits.seed_split(len(images), seed) for seed in range(splits.SEED, splits.SEED + 1 + OTHER_SPLITS)]
    first, *others = [_split_metrics(model, images, features, train) for train in parts]
    seen = [int((parts[0] & ~train).sum()) for train in parts[1:]]
    note = (
        "The head is made by `python -m devise_core train pascal-sentences --recipe own --split seed`. It is a softmax over "
        f"{len({image.label for image in images})} classes, fitted on the square roots of the features, followed by the word "
        "vectors of the classes. So it is a form of ConSE and not DeViSE, because no rank loss trains it. The table compares it "
        "with that softmax, with ConSE as published, and with the same head on random vectors. hit@k and hp@k are defined as in "
        "the bundled model's table. The brackets of the last row are the lowest and the highest figure of the other splits. The "
        "settings of the recipe were chosen by cross-validation "
        f"on the training images of the first split. {min(seen)} to {max(seen)} of the {(~parts[1]).sum()} test images of each "
        "other split are among them."
    )
    table = comparison(TITLE, note, "pascal-sentences", first, ours=OWN)
    return Outcome((_with_other_splits(table, [split[OWN] for split in others]),))


def _with_other_splits(table: Table, splits: Sequence[MetricValues]) -> Table:
    """Add a last row with the mean of the recipe over the other ``splits``, and with the lowest and the highest mean of a split."""
    means = {metric: [float(np.mean(values[metric])) for values in splits] for metric in table.metrics}
    cells = (Cell(round(float(np.mean(figures)), 4), round(min(figures), 4), round(max(figures), 4)) for figures in means.values())
    return replace(table, rows=(*table.rows, (Cell(text=LAST_ROW), *cells)))


def _features(model: ModelUnderTest, images: Sequence[AnnotatedImage]) -> Floats:
    """Return the features of the images in each view of the recipe, from the recipe's backbone ``(views, n, f)``."""
    backbone = load_backbone(RECIPE.backbone, None, model.layout.root, RECIPE.seed, RECIPE.size)
    with FeatureCache(model.cache / "features.sqlite", backbone.identity, backbone.width) as cache:
        return cached_features(backbone.model, [image.path for image in images], RECIPE.view_names, cache).features


def _split_metrics(
    model: ModelUnderTest, images: Sequence[AnnotatedImage], features: Floats, train: splits.Mask
) -> dict[str, MetricValues]:
    """Return the metrics of each method on the images that are not in ``train`` ``(n,)``.

    The head is trained on all views of ``features`` ``(views, n, f)``. A view is a way to frame an image (``train/views.py``). The
    head is tested on the plain view, which the engine uses.
    """
    labels = np.asarray([image.label for image in images])
    names = sorted(set(labels))
    vectors = np.stack([raw_vector(name, model.word_vectors) for name in names])
    classes, test, root = np.searchsorted(names, labels[train]), features[0, ~train], RECIPE.features == "root"
    kernel, bias = fit_classifier(features[:, train], classes, RECIPE.decay, root)
    shares = softmax((rooted(test) if root else test) @ kernel + bias, axis=1)
    random_vectors = np.stack([random_vector(name, vectors.shape[1]) for name in names])
    ours, by_chance = (
        conse_model(conse_head(kernel, bias, each, RECIPE.temperature), root=root, floor=RECIPE.floor)(test).numpy()
        for each in (vectors, random_vectors)
    )
    words, no_directions = model.word_vectors.words, model.word_vectors.directions[:0]
    true = dict(zip(names, nearest_words(words, vectors, no_directions), strict=True))
    answers = {
        SOFTMAX: [label_words([(name,) for name in names], row) for row in shares],
        CONSE: nearest_words(words, conse(shares, vectors), no_directions),
        RANDOM: nearest_random_words(words, names, by_chance),
        OWN: nearest_words(words, ours, no_directions),
    }
    return {method: naming_metrics(words, labels[~train].tolist(), true) for method, words in answers.items()}
