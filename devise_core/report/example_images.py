"""Choose good examples for a search with an image: images whose nearest images show the same things."""

from __future__ import annotations

import numpy as np

from devise_core.datatypes import Item
from devise_core.engine import Engine
from devise_core.search.shown_words import SHOWN
from devise_core.vectors import Floats, unit_or_zero

COUNT = 6
NEIGHBOURS = 6
"""How many of the nearest images decide how good an example is."""
POOL, POOL_WITHOUT_LABELS = 1_000, 60
"""How many images of a collection are compared. It is fewer without labels, because the classifier must then name each image."""
NAMED, WELL_NAMED = 150, 1.0
"""The model names this many of the best images. If the first name of an image is one of its labels, ``WELL_NAMED`` is added to its
score, which otherwise is at most 2."""
SAME_CATEGORY = 0.5
"""How much two images of the same category agree, if they have no label in common. If they have one, they agree by 1."""


def example_images(engine: Engine, count: int = COUNT) -> list[str]:
    """Return the ids of images whose nearest images, in meaning and in appearance, have the same labels or category.

    Images whose first name is one of their labels are preferred. As far as possible, the chosen images have different categories
    and labels. In a small collection or one on another machine, images at regular intervals are taken instead.

    Args:
        engine: The engine over the collection.
        count: How many ids to return at most.
    """
    collection = engine.collection
    if collection.remote or len(collection) <= count:
        step = max(1, len(collection) // count)
        return [item.id for item in collection.items_at(range(len(collection))[step // 2 :: step][:count])]
    rows = collection.sample_rows(POOL)
    items = collection.items_at(rows)
    if not collection.described or not any(item.labels or item.category for item in items):
        rows = collection.sample_rows(POOL_WITHOUT_LABELS)
        items = collection.items_at(rows)
        words = [{word for word, share in shown.items() if share >= SHOWN} for shown in engine.shown_words(rows.tolist())]
    else:
        words = [_label_words(item) for item in items]
    categories = [item.category for item in items]
    goodness = np.zeros(len(rows), dtype=np.float32)
    agreement = _agreement(words, categories)
    for by in ("semantic", "visual"):
        vectors = unit_or_zero(collection.vector_rows(by)[rows])
        goodness += _mean_of_nearest(vectors, agreement)
    best = np.argsort(-goodness, kind="stable")[:NAMED]
    for place, names in zip(best.tolist(), engine.label_all(1, rows[best]), strict=True):
        goodness[place] += WELL_NAMED * (not words[place].isdisjoint(names))
    return [items[place].id for place in _different(goodness, words, categories, count)]


def _label_words(item: Item) -> set[str]:
    """Return the labels of an item and the last word of each: "windmill" for "dutch windmill"."""
    return {word for label in item.labels for word in (label.lower(), label.lower().rpartition(" ")[2])}


def _agreement(words: list[set[str]], categories: list[str]) -> Floats:
    """Return for each pair of images how far they agree in what they show ``(n, n)``, from 0 to 1."""
    names = {name: column for column, name in enumerate(sorted(set().union(*words)))}
    has = np.zeros((len(words), max(1, len(names))), dtype=np.float32)
    for row, shown in enumerate(words):
        has[row, [names[word] for word in shown]] = 1
    kinds = np.unique(categories, return_inverse=True)[1]
    same = (kinds[:, None] == kinds[None]) & np.array([bool(category) for category in categories])[:, None]
    shared = has @ has.T > 0
    return np.asarray(np.maximum(shared, SAME_CATEGORY * same), dtype=np.float32)


def _mean_of_nearest(vectors: Floats, agreement: Floats) -> Floats:
    """Return the mean agreement of each image with its nearest images ``(n,)``."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    count = min(NEIGHBOURS, len(vectors) - 1)
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    return np.asarray(np.take_along_axis(agreement, nearest, axis=1).mean(axis=1), dtype=np.float32)


def _different(goodness: Floats, words: list[set[str]], categories: list[str], count: int) -> list[int]:
    """Return the positions of the best examples: one for each category, then others. If possible, no label occurs twice."""
    order = np.argsort(-goodness, kind="stable").tolist()
    chosen: list[int] = []
    for repeats_category, repeats_label in ((False, False), (True, False), (True, True)):
        for place in order:
            used = {word for other in chosen for word in words[other]}
            if len(chosen) == count or place in chosen:
                continue
            if (repeats_category or categories[place] not in {categories[other] for other in chosen}) and (
                repeats_label or used.isdisjoint(words[place])
            ):
                chosen.append(place)
    return chosen
