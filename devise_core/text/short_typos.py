"""Correct typing errors in words of three or four letters. Only some errors are corrected, else too many words would fit."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from devise_core.text.real_words import RARE
from devise_core.text.word_store import WordStore

LENGTHS = (3, 4)
_LEAST_RANK = {3: 10_000, 4: RARE}
_TIMES_RARER = {3: 10_000, 4: 100}
"""A word is read as another word if the other word is this many times as frequent. The keys are numbers of letters. Few words other
than "the" and "and" are frequent enough to correct a word of three letters.

This rule changes 7 of 14,804 verbs, adjectives and adverbs of WordNet that are not nouns and are beyond frequency rank 10,000,
such as "snog". It changes 2 of 7,276 names of people and places in the word lists of Debian, such as "jame"."""


def short_correction(word: str, words: WordStore) -> str | None:
    """Return the word that ``word`` is a typing error for, or None if no typing error is found or the length is not in ``LENGTHS``.

    Two neighbouring letters are swapped ("teh" for "the"), or a letter of a word of five letters is missing ("blak" for "black").

    Args:
        word: A word in lower case that is not a noun.
        words: All words, the most frequent first.
    """
    length, row = len(word), words.row(word)
    rank = len(words) if row is None else row
    if length not in LENGTHS or not (word.isascii() and word.isalpha()) or rank <= _LEAST_RANK[length]:
        return None
    ranks = words.first_ranks
    near = {other: ranks[other] for other in _others(word) if other in ranks}
    best = min(near, key=near.__getitem__, default=None)
    return best if best is not None and near[best] * _TIMES_RARER[length] < rank else None


def _others(word: str) -> Iterator[str]:
    """Yield the spellings that a word may be a typing error for."""
    for place in range(len(word) - 1):
        if word[place] != word[place + 1]:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if len(word) > LENGTHS[0]:
        for place in range(len(word) + 1):
            yield from (word[:place] + letter + word[place:] for letter in ascii_lowercase)
