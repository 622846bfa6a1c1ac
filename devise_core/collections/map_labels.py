"""The words on a map: words placed among its images, frequent labels, and which images the model names correctly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from devise_core.collections.base import Collection
from devise_core.collections.group_naming import Words, is_name_of_things
from devise_core.datatypes import Item
from devise_core.errors import UnknownWordError
from devise_core.search.shown_words import SHOWN
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.word_filter import WordFilter

NAMED_BY = 5
"""An image is named correctly if its label is among the first 5 names that the model gives, as for hit@5 in evaluations."""
MAX_WORDS = 48
MIN_IMAGES = 3
"""A word is placed on the map only if at least this many images have the word."""


def named_correctly(items: Sequence[Item], names: Sequence[Sequence[str]]) -> list[bool | None]:
    """Return for each image whether one of its labels, or a word of a label, is among its ``names``.

    The value is None for an image without a label or without names.
    """
    return [
        bool(_answers(item).intersection(nouns)) if item.labels and nouns else None
        for item, nouns in zip(items, names, strict=True)
    ]


def map_words(
    text: TextEncoder,
    collection: Collection,
    shown: Sequence[Words],
    word_filter: WordFilter,
    rows: Sequence[int] | None = None,
) -> dict[str, int]:
    """Choose the words to place on the map: things among the categories, then other things that several images show.

    Args:
        text: Maps words to vectors. Words without a vector are left out.
        collection: The images of the map.
        shown: The words of each of these images, as ``Engine.shown_words`` returns them.
        word_filter: The words that may be offered.
        rows: The rows of the images. By default all images of the collection.

    Returns:
        At most ``MAX_WORDS`` words, each with the row of the nearest image among those that show it.
    """
    rows_of: dict[str, list[int]] = {}
    chosen = range(len(collection)) if rows is None else rows
    for row, item in zip(chosen, collection.items_at(chosen), strict=True):
        for part in filter(None, item.category.split("/")):
            rows_of.setdefault(part.replace("_", " "), []).append(row)
    others: dict[str, list[int]] = {}
    for row, words in zip(chosen, shown, strict=True):
        for word in (word for word, share in words.items() if share >= SHOWN and word not in rows_of):
            others.setdefault(word, []).append(row)
    places: dict[str, int] = {}
    for word, with_word in (*_most_frequent(rows_of), *_most_frequent(others)):
        fits = is_name_of_things(word) and word_filter.allows(word)
        if fits and len(with_word) >= MIN_IMAGES and len(places) < MAX_WORDS:
            with suppress(UnknownWordError):
                places[word] = with_word[int((collection.vector_rows("semantic")[with_word] @ text.embed(word)).argmax())]
    return places


def _most_frequent(rows_of: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    return sorted(rows_of.items(), key=lambda each: -len(each[1]))


def common_labels(items: Sequence[Item], k: int) -> list[tuple[str, int]]:
    """Return the ``k`` most frequent labels and how many items have each."""
    return Counter(label for item in items for label in item.labels).most_common(k)


def most_shown(shown: Sequence[Words], k: int) -> list[tuple[str, int]]:
    """Return the ``k`` words that most images show, and how many images show each.

    Words that only one image shows are left out, and so are sensitive words. For example, WordNet lists hens and
    mares under "female", so images of hens would also show "female".
    """
    counts = Counter(word for words in shown for word, share in words.items() if share >= SHOWN and not is_sensitive(word))
    return [(word, count) for word, count in counts.most_common(k) if count > 1]


def _answers(item: Item) -> set[str]:
    return {answer for label in item.labels for answer in (label, *label.split())}
