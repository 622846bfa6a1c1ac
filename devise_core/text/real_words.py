"""Tell real words from the other entries of a list of word vectors: misspellings, codes, and marks of its source texts."""

from __future__ import annotations

from functools import cached_property

from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore

COMMON = 40_000
"""Up to this rank most entries of GloVe are words or names. This was measured on the rarer entries near 400 random nouns. Of those
that are not nouns themselves, a third to three quarters are in no dictionary of words and names. One of them is "prohertrib", the
entry nearest to "paris"."""

FAMILIAR = 20_000
"""Words up to this rank are familiar: people know them. Searching only them takes a tenth of the time."""

RARE = 100_000
"""A word beyond this rank that is no noun may be misspelled, and its vector may mean nothing."""


class RealWords:
    """Knows which words may be offered to people who did not type them.

    Args:
        words: All words, the most frequent first.
        nouns: The noun list. A noun is real however rare it is.
    """

    def __init__(self, words: WordStore, nouns: NounStore) -> None:
        self._words, self._nouns = words, nouns

    def __contains__(self, word: str) -> bool:
        """Whether a word in lower case is a noun or the first word of one, or a frequent word that begins with a letter."""
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
        """Whether a word in lower case is known, is not a noun, and is so rare that its vector may mean nothing."""
        row = self._words.row(word)
        return row is not None and row > RARE and self._nouns.row(word) is None
