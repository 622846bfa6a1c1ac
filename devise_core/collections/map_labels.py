"""The words on a map: names of its groups, words placed among its images, and which images the model names correctly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devise_core.collections.base import Collection
from devise_core.datatypes import Item
from devise_core.errors import UnknownWordError
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats, unit

NAMED_BY = 5
"""An image is named correctly if its label is among this many names, like hit@5 in the results."""
MAX_WORDS = 48
MIN_IMAGES = 3
"""A word is placed on the map if this many images have it."""


def named_correctly(items: Sequence[Item], names: Sequence[Sequence[str]]) -> list[bool | None]:
    """Return for each image whether a label, or a word of one, is among its ``names``.

    It is None for an image without a label or without names.
    """
    return [
        bool(_answers(item).intersection(nouns)) if item.labels and nouns else None
        for item, nouns in zip(items, names, strict=True)
    ]


def group_names(vocabulary: Vocabulary | None, collection: Collection, groups: npt.NDArray[np.int16]) -> list[str]:
    """Name each of the groups ``(n,)``, in the order of their numbers.

    A group is named by the noun nearest to its mean that no larger group has, and by its number if there is no noun.
    """
    if vocabulary is None:
        return [f"group {number}" for number, _ in enumerate(sorted(set(groups.tolist())), 1)]
    names: dict[int, str] = {}
    for group, _ in Counter(groups.tolist()).most_common():
        near = vocabulary.nearest_nouns(unit(collection.embeddings[groups == group].mean(axis=0)), 12)
        unused = (hit.word for hit in near if hit.word not in names.values())
        names[group] = next(unused, near[0].word if near else f"group {len(names) + 1}")
    return [names[group] for group in sorted(names)]


def map_words(text: TextEncoder, collection: Collection, names: Sequence[Sequence[str]]) -> dict[str, Floats]:
    """Choose the words to place on the map: those of the categories, then the first names of several images.

    Args:
        text: Gives the words their vectors. Words without one are left out.
        collection: The images of the map.
        names: The names of each image, the best first.

    Returns:
        At most ``MAX_WORDS`` words with unit vectors ``(d,)``.
    """
    categories = Counter(part.replace("_", " ") for item in collection.items for part in item.category.split("/") if part)
    nouns = Counter(nouns[0] for nouns in names if nouns)
    vectors: dict[str, Floats] = {}
    for word, count in (*categories.most_common(), *nouns.most_common()):
        if count >= MIN_IMAGES and len(vectors) < MAX_WORDS and word not in vectors:
            try:
                vectors[word] = text.embed(word)
            except UnknownWordError:
                continue
    return vectors


def common_labels(items: Sequence[Item], k: int) -> list[tuple[str, int]]:
    """Return the ``k`` most frequent labels and how many items have each."""
    return Counter(label for item in items for label in item.labels).most_common(k)


def _answers(item: Item) -> set[str]:
    return {answer for label in item.labels for answer in (label, *label.split())}
