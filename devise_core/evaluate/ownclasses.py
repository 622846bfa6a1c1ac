"""The seed's own measure once more, of a head that is trained for it as the seed's was: on the set's own classes alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.backbones import load_backbone
from devise_core.datasets import pictures, splits
from devise_core.datasets.pictures import Picture
from devise_core.evaluate.naming import naming, nearest_words
from devise_core.evaluate.subject import Subject
from devise_core.evaluate.tables import Measured, Outcome, mean_of
from devise_core.results import OURS, Cell, Table
from devise_core.train.cache import FeatureCache
from devise_core.train.corpus import raw_vector
from devise_core.train.features import cached_features
from devise_core.train.head import conse_model, own_head
from devise_core.train.recipe import RECIPES
from devise_core.vectors import Floats

FURTHER = 5
RECIPE = RECIPES["own"]
TITLE = "Pascal Sentences, trained for it alone: naming with all words"

def own_classes(subject: Subject) -> Outcome:
    """The head of ``train --recipe own`` on the seed's split and, to tell skill from luck, on further ones drawn the same way.

    Of the bundled model alone: a model that came without its classifier was itself trained for something.
    """
    if subject.classifier is None:
        return Outcome(())
    found = pictures.pascal_sentences(subject.data / "pascal-sentences")
    subject.say(f"pascal-sentences: the recipe own on {1 + FURTHER} splits")
    features = _features(subject, found)
    seeds = range(splits.SEED, splits.SEED + 1 + FURTHER)
    measured = [_split(subject, found, features, splits.seed_split(len(found), seed)) for seed in seeds]
    columns, further = list(measured[0]), measured[1:]
    groups = np.repeat(np.arange(FURTHER), [len(one[columns[0]]) for one in further])
    rows = ((Cell(text=OURS), *(mean_of(measured[0][column]) for column in columns)),
            (Cell(text=f"the same on {FURTHER} further splits"),
             *(mean_of(np.concatenate([one[column] for one in further]), groups) for column in columns)))
    note = ("The head that `python -m devise_core train pascal-sentences --recipe own --split seed` makes: a softmax fitted on the "
            "20 classes, then their words' vectors, which is ConSE's form. hit@k and hp@k as for the bundled model. The second "
            "row's intervals are over splits.")
    return Outcome((Table(TITLE, note, ("method", *columns), rows, "pascal-sentences", len(measured[0][columns[0]])),))


def _features(subject: Subject, found: Sequence[Picture]) -> Floats:
    backbone = load_backbone(RECIPE.backbone, None, subject.layout.root, RECIPE.seed, RECIPE.size)
    with FeatureCache(subject.cache / "features.sqlite", backbone.identity, backbone.width) as cache:
        return cached_features(backbone.model, [picture.path for picture in found], RECIPE.view_names, cache).features


def _split(subject: Subject, found: Sequence[Picture], features: Floats, train: splits.Mask) -> Measured:
    """``features`` ``(views, n, f)``: all views train, the plain one is tested, as the engine sees a picture."""
    labels = np.asarray([picture.label for picture in found])
    names = sorted(set(labels))
    vectors = np.stack([raw_vector(name, subject.text) for name in names])
    root = RECIPE.features == "root"
    head = own_head(features[:, train], np.searchsorted(names, labels[train]), vectors, RECIPE.decay, RECIPE.temperature, root)
    placed = conse_model(head, root=root, floor=RECIPE.floor)(features[0, ~train]).numpy()
    words, none = subject.text.words, subject.text.directions[:0]
    true = dict(zip(names, nearest_words(words, vectors, none), strict=True))
    return naming(nearest_words(words, placed, none), labels[~train].tolist(), true)
