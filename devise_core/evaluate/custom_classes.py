"""The seed's own measure once more, of a head that is trained for it as the seed's was: on the set's own classes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from devise_core.backbones import load_backbone
from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.evaluate.methods import CONSE, RANDOM, SOFTMAX, conse, softmax
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.naming import label_words, naming, nearest_words, random_words
from devise_core.evaluate.random_baseline import random_vector
from devise_core.evaluate.tables import Measured, Outcome, compared, mean_of
from devise_core.results import OURS, Cell
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import raw_vector
from devise_core.train.features import cached_features
from devise_core.train.head import conse_head, conse_model, own_classifier, rooted
from devise_core.train.recipe import RECIPES
from devise_core.vectors import Floats

FURTHER = 5
RECIPE = RECIPES["own"]
TITLE = "Pascal Sentences, trained for it alone: naming with all words"


def own_classes(subject: ModelUnderTest) -> Outcome:
    """The head of ``train --recipe own`` on the seed's split and, to tell skill from luck, on further ones drawn the same way.

    Of a model that came with the original classifier alone: any other was itself trained for something.
    """
    if subject.classifier is None or subject.has_own_labels:
        return Outcome(())
    found = readers.pascal_sentences(subject.data / "pascal-sentences")
    subject.say(f"pascal-sentences: the recipe own on {1 + FURTHER} splits")
    features = _features(subject, found)
    seeds = range(splits.SEED, splits.SEED + 1 + FURTHER)
    first, *further = [_split(subject, found, features, splits.seed_split(len(found), seed)) for seed in seeds]
    note = (
        "The head that `python -m devise_core train pascal-sentences --recipe own --split seed` makes: a softmax fitted on "
        "the 20 classes by the roots of the features, then their words' vectors, which is ConSE's form. Beside it that "
        "softmax, ConSE as published on it, and the same head on random vectors. hit@k and hp@k as for the bundled model. The "
        "last row's intervals are over splits."
    )
    table = compared(TITLE, note, "pascal-sentences", first)
    groups = np.repeat(np.arange(FURTHER), [len(one[OURS][table.metrics[0]]) for one in further])
    last = (
        Cell(text=f"the same on {FURTHER} further splits"),
        *(mean_of(np.concatenate([one[OURS][column] for one in further]), groups) for column in table.metrics),
    )
    return Outcome((replace(table, rows=(*table.rows, last)),))


def _features(subject: ModelUnderTest, found: Sequence[AnnotatedImage]) -> Floats:
    backbone = load_backbone(RECIPE.backbone, None, subject.layout.root, RECIPE.seed, RECIPE.size)
    with FeatureCache(subject.cache / "features.sqlite", backbone.identity, backbone.width) as cache:
        return cached_features(backbone.model, [picture.path for picture in found], RECIPE.view_names, cache).features


def _split(subject: ModelUnderTest, found: Sequence[AnnotatedImage], features: Floats, train: splits.Mask) -> dict[str, Measured]:
    """Method → what it measures. ``features`` ``(views, n, f)``: all views train, the plain one is tested, as the engine sees a
    picture."""
    labels = np.asarray([picture.label for picture in found])
    names = sorted(set(labels))
    vectors = np.stack([raw_vector(name, subject.text) for name in names])
    classes, test, root = np.searchsorted(names, labels[train]), features[0, ~train], RECIPE.features == "root"
    kernel, bias = own_classifier(features[:, train], classes, RECIPE.decay, root)
    shares = softmax((rooted(test) if root else test) @ kernel + bias)
    chance = np.stack([random_vector(name, vectors.shape[1]) for name in names])
    ours, by_chance = (
        conse_model(conse_head(kernel, bias, one, RECIPE.temperature), root=root, floor=RECIPE.floor)(test).numpy()
        for one in (vectors, chance)
    )
    words, none = subject.text.words, subject.text.directions[:0]
    true = dict(zip(names, nearest_words(words, vectors, none), strict=True))
    named = {
        SOFTMAX: [label_words([(name,) for name in names], row) for row in shares],
        CONSE: nearest_words(words, conse(shares, vectors), none),
        RANDOM: random_words(words, names, by_chance),
        OURS: nearest_words(words, ours, none),
    }
    return {method: naming(found, labels[~train].tolist(), true) for method, found in named.items()}
