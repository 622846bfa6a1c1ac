"""Distinguish real words from the other entries of a list of word vectors: misspellings, codes, and marks of the source texts.

A word's rank is its place by frequency. The most frequent word has rank 0.
"""

from __future__ import annotations

from functools import cached_property

from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore

COMMON = 40_000
"""Most GloVe entries below this rank are words or names. Rarer entries near 400 random nouns were looked up in dictionaries of
words and names. A third to three quarters of the rarer entries that are not nouns were not found. An example is "prohertrib", the
entry nearest to "paris"."""

FAMILIAR = 20_000
"""Words below this rank are familiar: people know them. A search of only these words takes a tenth of the time."""

RARE = 100_000
"""A word beyond this rank that is not a noun may be misspelled, and its vector may mean nothing."""

PART_LETTERS = 4
"""The fewest letters of each part of a compound. Short nouns begin or end many words that are not compounds."""


class RealWords:
    """Decides which words are real, so that they may be offered to people who did not type them.

    Args:
        words: All words, the most frequent first.
        nouns: The noun list. A word of the noun list is real even if it is rare.
    """

    def __init__(self, words: WordStore, nouns: NounStore) -> None:
        self._words, self._nouns = words, nouns

    def __contains__(self, word: str) -> bool:
        """Return whether a lower-case word begins with a letter, and is a noun, the first word of a noun, or a frequent word."""
        if not word[:1].isalpha():
            return False
        if self._nouns.row(word) is not None:
            return True
        row = self._words.row(word)
        return row is not None and (row < COMMON or word in self._first_words)

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """The words that begin a noun of several words, such as "stringed instrument"."""
        return frozenset(noun.partition(" ")[0] for noun in self._nouns.nouns if " " in noun)

    def is_rare(self, word: str) -> bool:
        """Return whether a lower-case word is known, is not a noun, and is so rare that its vector may mean nothing."""
        row = self._words.row(word)
        return row is not None and row > RARE and self._nouns.row(word) is None and not self.is_compound(word)

    def is_compound(self, word: str) -> bool:
        """Return whether a lower-case word joins two familiar nouns, as "clownfish" does. Such a word is not misspelled."""
        parts = ((word[:place], word[place:]) for place in range(PART_LETTERS, len(word) - PART_LETTERS + 1))
        return any(self._is_familiar_noun(first) and self._is_familiar_noun(last) for first, last in parts)

    def _is_familiar_noun(self, word: str) -> bool:
        row = self._words.row(word)
        return row is not None and row < FAMILIAR and self._nouns.row(word) is not None
