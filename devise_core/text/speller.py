"""Find the right spelling of a word that may be misspelled: alone, beside its neighbours, or in place of a foreign word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from devise_core.text.noun_store import NounStore
from devise_core.text.real_words import FAMILIAR, RealWords
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.short_typos import short_correction
from devise_core.text.thing_words import is_thing
from devise_core.text.word_filter import WordFilter
from devise_core.text.word_store import WordStore

SURE_LENGTH, LONG_WORD = 5, 7
"""Of shorter words, only a few typing errors are corrected. Only words of at least so many letters are corrected, to nouns, if two
letters are wrong."""

FAR_MORE = 100
"""A spelling that is so many times as frequent as a noun is meant: "thier" is "their" and no tier."""

MORE = 10
"""A foreign word may be an English one that is so many times as frequent and has one letter more: "hors" is "horse"."""

MAX_KEPT = 4_096
"""How many unknown words are kept with their spellings."""

SPELLINGS = 5
"""How many spellings are suggested for an unknown word."""


class Speller:
    """Spells words as one vocabulary has them.

    Args:
        words: All words, the most frequent first.
        nouns: The noun list.
        real: Knows which words may be offered.
        word_filter: The words that the operator allows.
    """

    def __init__(self, words: WordStore, nouns: NounStore, real: RealWords, word_filter: WordFilter) -> None:
        self._words, self._nouns, self._real, self._word_filter = words, nouns, real, word_filter
        self._known: dict[str, tuple[list[str], list[str]]] = {}

    def offered(self, word: str) -> list[str]:
        """Return up to ``SPELLINGS`` spellings that may be offered for an unknown word, the nearest first."""
        return self._near(word)[1]

    def correction(self, word: str) -> str | None:
        """Return the noun or frequent word that differs from a word in one letter, or in two if it is long; None if none does."""
        if len(word) < SURE_LENGTH:
            return self.short(word)
        nearest = self._within(word)
        if not nearest:
            return None
        best = nearest[0][1]
        ranks = {other: self._rank(other) for other, distance in nearest if distance == best}
        noun = next((other for other in ranks if self._nouns.row(other) is not None), None)
        frequent = next((other for other, rank in ranks.items() if rank < FAMILIAR), None) if best == 1 else None
        if noun and frequent:
            return frequent if FAR_MORE * ranks[frequent] < ranks[noun] else noun
        return noun or frequent

    def short(self, word: str) -> str | None:
        """Return what a word of three or four letters is a typing error for; None if it is none."""
        right = short_correction(word, self._words) if self._nouns.row(word) is None else None
        return right if right and self._word_filter.allows(right) else None

    def in_phrase(self, words: Sequence[str], word: str, corrected: Mapping[str, str]) -> str | None:
        """Return the nearest spelling of a word that is a noun together with the word before or after it.

        Args:
            words: The words of a text.
            word: One of them, which may be misspelled.
            corrected: Other misspelled words of the text with their right spelling.
        """
        if len(word) < SURE_LENGTH:
            return None
        place = words.index(word)
        before, after = ([corrected.get(each, each) for each in part] for part in (words[:place][-1:], words[place + 1 :][:1]))
        for other, _ in self._within(word):
            phrases = [" ".join((*before, other))] * bool(before) + [" ".join((other, *after))] * bool(after)
            if any(self._nouns.row(phrase) is not None for phrase in phrases):
                return other
        return None

    def thing_meant(self, word: str) -> str | None:
        """Return the far more frequent English word for a thing of which a word lacks a letter; None if there is none.

        Example:
            >>> speller.thing_meant("hors"), speller.thing_meant("chien")
            ('horse', None)
        """
        rank = self._rank(word)
        near = [other for other in self._near(word)[1] if len(other) == len(word) + 1 and _has_letters(word, other)]
        return next((other for other in near if is_thing(other) and MORE * self._rank(other) < rank), None)

    def _within(self, word: str) -> list[tuple[str, int]]:
        """Return the spellings that are so near that they may be meant, and their distances in letters, the nearest first."""
        from rapidfuzz.distance import OSA

        if not word.isalpha():
            return []
        near = [(other, int(OSA.distance(word, other))) for other in self._near(word)[0]]
        return sorted((pair for pair in near if pair[1] <= (1 if len(word) < LONG_WORD else 2)), key=lambda pair: pair[1])

    def _near(self, word: str) -> tuple[list[str], list[str]]:
        """Return the nearest spellings that are allowed, and those that may be offered. They are kept for other parts of a page."""
        near = self._known.get(word)
        if near is None:
            allowed = [each for each in self._words.spellings(word, None) if each != word and self._word_filter.allows(each)]
            offered = list(islice((each for each in allowed if each in self._real and not is_sensitive(each)), SPELLINGS))
            near = (allowed[:SPELLINGS], offered)
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[word] = near
        return near

    def _rank(self, word: str) -> int:
        row = self._words.row(word)
        return len(self._words) if row is None else row


def _has_letters(word: str, longer: str) -> bool:
    """Return whether the letters of a word are in a longer one in the same order."""
    letters = iter(longer)
    return all(letter in letters for letter in word)
