"""Order the words that a misspelled word may mean: by the letters that differ, by what people look for, and by frequency."""

from __future__ import annotations

from math import log10
from typing import NamedTuple

from devise_core.text.name_words import has_name
from devise_core.text.noun_store import PLURALS
from devise_core.text.real_words import COMMON, FAMILIAR
from devise_core.text.thing_words import is_thing

ENDING = 2
"""A text that begins the name of a thing may lack at most this many letters at its end: "giraf" is read as "giraffe"."""

_NO_THING = 2.0
"""A word that does not mean a thing has to be a hundred times as frequent as one that does. So "thier" is read as "their", not as
"tier", but "froit" is read as "fruit"."""
_ERRORS = {"swapped": 0.0, "doubled": 0.3, "vowel": 0.5, "missing": 0.5, "other": 1.5}
"""What each kind of error costs. Two swapped letters, or a letter typed twice, are the most common ones."""
_FIRST_LETTER = 1.0
"""Few people get the first letter of a word wrong."""
_PLURAL = 1.0
_VOWELS = frozenset("aeiouy")


class Candidate(NamedTuple):
    """A word that may be meant.

    Attributes:
        word: The word.
        distance: How many edits turn what was typed into it. Two swapped neighbours are one edit, and so is a missing ending.
        rank: Its rank by frequency.
    """

    word: str
    distance: int
    rank: int


def ordered(typed: str, candidates: list[Candidate]) -> list[Candidate]:
    """Return the words that may be meant by what was typed, the most likely first.

    The words with the fewest edits come first. A rare name counts as one edit further. Words with equally many edits are
    ordered by a cost. Each power of ten in frequency rank costs 1, and the other terms are in the same unit.

    Example:
        >>> [each.word for each in ordered("dgo", [Candidate("do", 1, 88), Candidate("go", 1, 242), Candidate("dog", 1, 2926)])]
        ['dog', 'do', 'go']
    """
    words = {candidate.word for candidate in candidates}
    return sorted(candidates, key=lambda each: (_distance(each), _cost(typed, each, words)))


def keeps_letters(typed: str, other: str) -> bool:
    """Return whether a word has all letters of what was typed: in the same order, or two neighbours swapped.

    Example:
        >>> [keeps_letters("musilm", other) for other in ("muslim", "muslin")]
        [True, False]
    """
    return has_letters(typed, other) or _error(typed, other) in {"swapped", "doubled"}


def is_swapped(typed: str, other: str) -> bool:
    """Return whether two neighbours are swapped."""
    return _error(typed, other) == "swapped"


def has_letters(word: str, longer: str) -> bool:
    """Return whether the letters of a word are in a longer one in the same order."""
    letters = iter(longer)
    return all(letter in letters for letter in word)


def _distance(candidate: Candidate) -> int:
    return candidate.distance + (candidate.rank >= FAMILIAR and has_name(candidate.word) and not is_thing(candidate.word))


def _cost(typed: str, candidate: Candidate, words: set[str]) -> float:
    other = candidate.word
    error = _error(typed, other)
    cost = log10(candidate.rank + 1) + _ERRORS[error]
    cost += _NO_THING * (not _is_common_thing(candidate)) + _FIRST_LETTER * (error != "swapped" and typed[0] != other[0])
    return cost + _PLURAL * (not typed.endswith("s") and _is_plural_of(other, words))


def _is_common_thing(candidate: Candidate) -> bool:
    return candidate.rank < COMMON and is_thing(candidate.word)


def _is_plural_of(word: str, words: set[str]) -> bool:
    return any(word.endswith(plural) and word.removesuffix(plural) + singular in words for plural, singular in PLURALS)


def _error(typed: str, other: str) -> str:
    """Return the kind of error that turns ``other`` into ``typed``."""
    if len(typed) == len(other):
        places = [place for place, (first, second) in enumerate(zip(typed, other, strict=True)) if first != second]
        if len(places) == 2 and places[1] == places[0] + 1 and typed[places[0]] == other[places[1]]:
            return "swapped" if typed[places[1]] == other[places[0]] else "other"
        return "vowel" if all(_VOWELS.issuperset((typed[place], other[place])) for place in places) else "other"
    if _without_doubles(typed) == _without_doubles(other):
        return "doubled"
    return "missing" if has_letters(typed, other) else "other"


def _without_doubles(word: str) -> str:
    return "".join(letter for letter, before in zip(word, f" {word}", strict=False) if letter != before)
