"""Find the right spelling of a word that may be misspelled, from the word alone or also from its neighbours.

A word's rank is its place by frequency. The most frequent word has rank 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from devise_core.text.likely_spellings import ENDING, Candidate, has_letters, is_swapped, keeps_letters, ordered
from devise_core.text.name_words import has_name
from devise_core.text.noun_store import NounStore
from devise_core.text.offered_words import may_offer
from devise_core.text.real_words import COMMON, FAMILIAR, RealWords
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.short_typos import short_correction
from devise_core.text.thing_words import is_thing
from devise_core.text.word_filter import WordFilter
from devise_core.text.word_store import WordStore

SURE_LENGTH, LONG_WORD = 5, 7
"""Numbers of letters. In words shorter than ``SURE_LENGTH``, only a few kinds of typing errors are corrected. Two wrong letters are
corrected only in words of at least ``LONG_WORD`` letters, and only to nouns."""

MORE = 10
"""A foreign word or a name may be a typing error for an English word that is this many times as frequent: "hors" for "horse"."""

FAMOUS = 4
"""A name with two swapped letters is preferred to a likely noun if the name is this many times as frequent as the noun. So "eiffle"
is read as "eiffel", not as "wiffle"."""

MAX_KEPT = 4_096
"""How many unknown words are kept with the spellings that were found."""

MAX_CANDIDATES = 20
"""How many of the most likely spellings of a word are considered for a correction."""

SPELLINGS = 5
"""How many spellings are suggested for an unknown word."""


class Speller:
    """Finds the spellings of words in one vocabulary.

    Args:
        words: All words, the most frequent first.
        nouns: The noun list.
        real: Decides which words are real, so that they may be offered.
        word_filter: Decides which words the operator allows.
    """

    def __init__(self, words: WordStore, nouns: NounStore, real: RealWords, word_filter: WordFilter) -> None:
        self._words, self._nouns, self._real, self._word_filter = words, nouns, real, word_filter
        self._known: dict[str, tuple[list[Candidate], list[str]]] = {}

    def offered(self, word: str) -> list[str]:
        """Return up to ``SPELLINGS`` spellings that may be offered for an unknown word, the nearest first."""
        return self._near(word)[1]

    def correction(self, word: str) -> str | None:
        """Return the noun or frequent word that differs from ``word`` in one letter, or None if there is no such word.

        A long ``word`` may differ from a noun in two letters. The most likely of several words is returned (see
        ``likely_spellings.ordered``). A word about people is returned only if it has all letters of ``word``.
        """
        if len(word) < SURE_LENGTH:
            return self.short(word) or self._swapped_thing(word)
        meant = next(filter(self._is_known_well, self._within(word)), None)
        meant = meant and next((each for each in self._within(word) if _is_swapped_name(word, each, meant)), meant)
        if meant is None or (is_sensitive(meant.word, sex_and_age=False) and not keeps_letters(word, meant.word)):
            return None
        return meant.word

    def _is_known_well(self, meant: Candidate) -> bool:
        return self._nouns.row(meant.word) is not None or (meant.distance <= 1 and meant.rank < FAMILIAR)

    def _swapped_thing(self, word: str) -> str | None:
        """Return the familiar word for a thing that an unknown ``word`` is with two letters swapped ("dog" for "dgo"), or None."""
        nearest = None if word in self._words else next(iter(self._within(word)), None)
        if nearest is None or nearest.rank >= FAMILIAR or not is_thing(nearest.word):
            return None
        return nearest.word if is_swapped(word, nearest.word) else None

    def short(self, word: str) -> str | None:
        """Return the word that a ``word`` of three or four letters is a typing error for (see ``short_typos``), or None."""
        right = short_correction(word, self._words) if self._nouns.row(word) is None else None
        return right if right and self._word_filter.allows(right) else None

    def in_phrase(self, words: Sequence[str], word: str, corrected: Mapping[str, str]) -> str | None:
        """Return the most likely spelling of ``word`` that forms a noun with the word before or after it, or None.

        Args:
            words: The words of a text.
            word: A word of the text that may be misspelled.
            corrected: Other misspelled words of the text, each with its right spelling.
        """
        if len(word) < SURE_LENGTH:
            return None
        place = words.index(word)
        before, after = ([corrected.get(each, each) for each in part] for part in (words[:place][-1:], words[place + 1 :][:1]))
        for other, *_ in self._within(word):
            phrases = [" ".join((*before, other))] * bool(before) + [" ".join((other, *after))] * bool(after)
            if any(self._nouns.row(phrase) is not None for phrase in phrases):
                return other
        return None

    def thing_meant(self, word: str) -> str | None:
        """Return the English word for a thing that ``word`` may be a typing error for, or None.

        The English word has one letter more, or two neighbouring letters swapped, and is ``MORE`` times as frequent.

        Example:
            >>> speller.thing_meant("hors"), speller.thing_meant("castel"), speller.thing_meant("chien")
            ('horse', 'castle', None)
        """
        rank = self._rank(word)
        near = [
            other
            for other in self._near(word)[1]
            if is_swapped(word, other) or (len(other) == len(word) + 1 and has_letters(word, other))
        ]
        return next((other for other in near if is_thing(other) and MORE * self._rank(other) < rank), None)

    def _within(self, word: str) -> list[Candidate]:
        """Return spellings that differ from ``word`` in one letter, or in two if it is long, the most likely first."""
        if not word.isalpha():
            return []
        return [each for each in self._near(word)[0] if each.distance <= (1 if len(word) < LONG_WORD else 2)]

    def _near(self, word: str) -> tuple[list[Candidate], list[str]]:
        """Return the likely spellings that the filter allows, and those that may be offered. Both are kept for later calls."""
        near = self._known.get(word)
        if near is None:
            allowed = ordered(word, [each for each in self._candidates(word) if self._word_filter.allows(each.word)])
            offered = (each.word for each in allowed if each.word in self._real and may_offer(each.word))
            near = (allowed[:MAX_CANDIDATES], list(islice(offered, SPELLINGS)))
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[word] = near
        return near

    def _candidates(self, word: str) -> list[Candidate]:
        """Return the words with a spelling similar to ``word``, and words for things that ``word`` begins, as in "giraf"."""
        from rapidfuzz.distance import OSA

        near = {each: int(OSA.distance(word, each)) for each in self._words.spellings(word, None) if each != word}
        near |= dict.fromkeys(self._continued(word) if len(word) >= SURE_LENGTH else (), 1)
        return [Candidate(each, distance, self._rank(each)) for each, distance in near.items()]

    def _continued(self, word: str) -> Iterator[str]:
        """Yield common words for things that begin with ``word`` and have up to ``ENDING`` more letters."""
        for other in self._words.completions(word):
            if self._rank(other) >= COMMON:
                return
            if len(other) <= len(word) + ENDING and is_thing(other):
                yield other

    def _rank(self, word: str) -> int:
        row = self._words.row(word)
        return len(self._words) if row is None else row


def _is_swapped_name(typed: str, name: Candidate, noun: Candidate) -> bool:
    """Return whether ``typed`` is ``name`` with two letters swapped, and the name is ``FAMOUS`` times as frequent as ``noun``."""
    return FAMOUS * name.rank < noun.rank and is_swapped(typed, name.word) and has_name(name.word)
