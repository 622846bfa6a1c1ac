"""Find the words that no image can show, such as "democracy"."""

from __future__ import annotations

from collections.abc import Container, Iterable

from devise_core.bundle.naming_guards import Roots, offsets_of
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.wordnet import Nouns

TOPICS = (7, 9, 12, 16, 24, 26)
"""The numbers of WordNet's lexicographer files of attributes, thoughts, feelings, motives, relations and states."""
VISIBLE: Roots = (
    *(("visual property", 0), ("shape", 0), ("shape", 1), ("appearance", 0), ("darkness", 0), ("sleep", 0), ("injury", 0)),
    *(("weather", 0), ("disorderliness", 0), ("image", 0), ("model", 0), ("nudity", 0), ("position", 0)),
)
"""Senses in these files that an image can show, such as colours. All senses below them count as visible too."""
MIN_SHARE = 0.3
"""A word is abstract only if its first noun sense has at least this share of its uses. "Like" is hardly ever a noun."""


def abstract_words(nouns: Nouns, counts: SenseCounts, things: Container[str], words: Iterable[str]) -> list[str]:
    """Return the words whose usual sense is an abstract noun, in the order of ``words``.

    Args:
        nouns: The noun graph.
        counts: Gives the share of uses of each sense, and its topic: the number of its lexicographer file.
        things: The nouns that name things, which are never abstract.
        words: The words of the vocabulary.
    """
    visible = set(offsets_of(nouns, VISIBLE))
    return [
        word
        for word in words
        if (senses := nouns.senses.get(word))
        and word not in things
        and counts.topics[senses[0]] in TOPICS
        and counts.share(word, 1) >= MIN_SHARE
        and visible.isdisjoint(nouns.ancestors(senses[0]))
    ]
