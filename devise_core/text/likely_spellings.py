"""Order the words that a misspelled word may mean, by the letters that differ, by whether they mean things, and by frequency."""

from __future__ import annotations

from math import log10
from typing import NamedTuple

from devise_core.text.name_words import has_name
from devise_core.text.noun_store import PLURALS
from devise_core.text.real_words import COMMON, FAMILIAR
from devise_core.text.thing_words import is_thing

ENDING = 2
"""If a text is the beginning of the name of a thing, at most this many letters may be missing. "giraf" is read as "giraffe"."""

_NO_THING = 2.0
"""The cost of a word that is not a common word for a thing. Such a word comes before a word for a thing only if it is at least a
hundred times as frequent. So "thier" is read as "their", not as "tier", but "froit" is read as "fruit"."""
_ERRORS = {"swapped": 0.0, "doubled": 0.3, "vowel": 0.5, "missing": 0.5, "other": 1.5}
"""The cost of each kind of error. Two swapped letters, or a letter typed twice, are the most common errors."""
_FIRST_LETTER = 1.0
"""The cost of a wrong first letter. Few people get the first letter of a word wrong."""
_PLURAL = 1.0
_VOWELS = frozenset("aeiouy")


class Candidate(NamedTuple):
    """A word that may be meant.

    Attributes:
        word: The word.
        distance: The number of edits that turn the typed text into the word. Swapping two neighbouring letters is one edit, and
            so is adding a missing ending.
        rank: The rank of the word by frequency, from 0 for the most frequent word.
    """

    word: str
    distance: int
    rank: int


def ordered(typed: str, candidates: list[Candidate]) -> list[Candidate]:
    """Return the words that the typed text may mean, the most likely first.

    The words with the fewest edits come first. A rare name counts as if it had one edit more. Words with equally many edits are
    ordered by their cost, the lowest first. A word whose rank is ten times as high costs 1 more. The errors add the costs above.

    Example:
        >>> [each.word for each in ordered("dgo", [Candidate("do", 1, 88), Candidate("go", 1, 242), Candidate("dog", 1, 2926)])]
        ['dog', 'do', 'go']
    """
    words = {candidate.word for candidate in candidates}
    return sorted(candidates, key=lambda each: (_distance(each), _cost(typed, each, words)))


def keeps_letters(typed: str, other: str) -> bool:
    """Return whether ``other`` has all letters of ``typed`` in the same order, except for a swapped pair or a doubled letter.

    Example:
        >>> [keeps_letters("musilm", other) for other in ("muslim", "muslin")]
        [True, False]
    """
    return has_letters(typed, other) or _error(typed, other) in {"swapped", "doubled"}


def is_swapped(typed: str, other: str) -> bool:
    """Return whether the two words differ only by two swapped neighbouring letters."""
    return _error(typed, other) == "swapped"


def has_letters(word: str, longer: str) -> bool:
    """Return whether ``longer`` contains all letters of ``word`` in the same order."""
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
