"""What a map says in words: the names of its regions, the words among its pictures, and which pictures are named right."""

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
"""How many nouns a picture's label may be among, as the hit@5 of the results."""
MOST_WORDS, FEWEST = 48, 3


def nearest_nouns(vocabulary: Vocabulary | None, collection: Collection) -> list[list[str]]:
    """Return the five nouns nearest to each image; none without a vocabulary."""
    if vocabulary is None:
        return [[] for _ in collection.items]
    return vocabulary.nearest_nouns_each(collection.embeddings, NAMED_BY)


def named_right(items: Sequence[Item], nearest: Sequence[Sequence[str]]) -> list[bool | None]:
    """Return for each image whether a label, or a word of one, is among its ``nearest`` nouns.

    It is None for an image without a label or without nouns.
    """
    return [
        bool(_answers(item).intersection(nouns)) if item.labels and nouns else None
        for item, nouns in zip(items, nearest, strict=True)
    ]


def group_names(vocabulary: Vocabulary | None, collection: Collection, groups: npt.NDArray[np.int16]) -> list[str]:
    """Name each of the groups ``(n,)``, in the order of their numbers.

    A group is named by the noun nearest to its mean that no larger group has, and by its number without a vocabulary.
    """
    if vocabulary is None:
        return [f"group {number}" for number, _ in enumerate(sorted(set(groups.tolist())), 1)]
    names: dict[int, str] = {}
    for group, _ in Counter(groups.tolist()).most_common():
        near = vocabulary.nearest_nouns(unit(collection.embeddings[groups == group].mean(axis=0)), 12)
        names[group] = next((hit.word for hit in near if hit.word not in names.values()), near[0].word)
    return [names[group] for group in sorted(names)]


def words_among(text: TextEncoder, collection: Collection, nearest: Sequence[Sequence[str]]) -> dict[str, Floats]:
    """Words that belong on the map, with unit vectors ``(d,)``: the categories', and nouns nearest to three pictures or more."""
    categories = Counter(part.replace("_", " ") for item in collection.items for part in item.category.split("/") if part)
    nouns = Counter(near[0] for near in nearest if near)
    found: dict[str, Floats] = {}
    for word, count in (*categories.most_common(), *nouns.most_common()):
        if count >= FEWEST and len(found) < MOST_WORDS and word not in found:
            try:
                found[word] = text.embed(word)
            except UnknownWordError:
                continue
    return found


def common_labels(items: Sequence[Item], k: int) -> list[tuple[str, int]]:
    """The ``k`` most frequent labels and how often each is there."""
    return Counter(label for item in items for label in item.labels).most_common(k)


def _answers(item: Item) -> set[str]:
    return {answer for label in item.labels for answer in (label, *label.split())}
