"""Correct words of three or four letters, which are too short to correct any one wrong letter: too many words would fit."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from devise_core.text.real_words import RARE
from devise_core.text.word_store import WordStore

LENGTHS = (3, 4)
_LEAST_RANK = {3: 10_000, 4: RARE}
_TIMES_RARER = {3: 10_000, 4: 100}
"""A word is a typing error for another one that is this many times as frequent. With three letters, few words but "the" and "and"
are so frequent.

Of 14,804 verbs, adjectives and adverbs of WordNet beyond rank 10,000 that are no nouns, this changes 7, such as "snog". Of 7,276
names of people and places from the word lists of Debian, it changes 2, such as "jame"."""


def short_correction(word: str, words: WordStore) -> str | None:
    """Return what a word of ``LENGTHS`` letters is a typing error for; None if it is none.

    Two letters are exchanged ("teh"), or one letter of a word of five letters is missing ("blak").

    Args:
        word: A word in lower case that is no noun.
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
