"""Leave out words that no image shows to the model: counts, feelings and judgements. These words are called unmodelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from devise_core.text.word_vocabulary import ARTICLES

_COUNTS = Path(__file__).with_name("count_words.txt").read_text("utf-8").splitlines()
COUNTS = frozenset(line for line in _COUNTS if " " not in line)
COUNTS_BEFORE_OF = frozenset(line.removesuffix(" of") for line in _COUNTS if line.endswith(" of"))
"""Nouns that count what follows "of". Without "of", these nouns mean things or people: "a couple" is two people."""
JUDGEMENTS = frozenset(
    line for line in Path(__file__).with_name("judgement_words.txt").read_text("utf-8").splitlines() if " " not in line
)
"""Adjectives of feeling, such as "happy", and of judgement, such as "beautiful"."""
DEGREES = frozenset(("extremely", "more", "most", "quite", "really", "so", "too", "very"))
"""Adverbs that are left out together with a judgement directly after them, such as "very" in "very happy"."""
_DIGITS = re.compile(r"[0-9]{1,2}")
_SIZES = frozenset(("big", "huge", "large", "small", "tiny", "whole"))
"""Adjectives that may describe a group. They are left out with the group, since "a large group of people" has no large people."""
_FILLERS = frozenset((*ARTICLES, "of", "and", "or"))


def without_unmodelled(words: list[str], is_noun: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Take counts, feelings and judgements out of a phrase.

    Args:
        words: The words of the phrase. The phrase as a whole must not be a noun.
        is_noun: Returns whether a text is a noun. A word that begins a noun stays, as in "a four poster bed".

    Returns:
        The words to read, and the words and phrases that no image shows. Both lists are in order. If no other words remain,
        all ``words`` are returned as words to read.
    """
    rest: list[str] = []
    unmodelled: list[str] = []
    place = 0
    while place < len(words):
        length = 0 if begins_noun(words[place:], is_noun) else _unmodelled_length(words[place:])
        if length:
            unmodelled.append(" ".join(words[place : place + length]))
        else:
            rest.append(words[place])
        place += length or 1
    return rest if set(rest) - _FILLERS else words, unmodelled


def quoted(words: Sequence[str]) -> str:
    """Return the words in quotes, joined by commas and “and”, as in “two” and “happy”."""
    *others, last = (f"“{word}”" for word in words)
    return f"{', '.join(others)} and {last}" if others else last


def _unmodelled_length(words: list[str]) -> int:
    """Return how many words of a phrase belong to a count, feeling or judgement at its start, or 0 if it starts with none."""
    if words[0] in JUDGEMENTS:
        return 1
    if words[0] in DEGREES and set(words[1:2]) & JUDGEMENTS:
        return 2
    return _count_length(words)


def _count_length(words: list[str]) -> int:
    """Return how many words of a phrase belong to a count at its start: 3 for "a pair of shoes", 0 if it starts with no count."""
    skipped = 1 if words[0] in ("a", "the") else 0
    skipped += len(words) > skipped and words[skipped] in _SIZES
    if len(words) > skipped + 2 and words[skipped] in COUNTS_BEFORE_OF and words[skipped + 1] == "of":
        return skipped + 2
    if words[0] == "a" and len(words) > 2 and words[1] in ("few", "dozen", "hundred", "thousand", "million", "single"):
        return 2
    if words[0] in COUNTS:
        return 2 if words[1:2] == ["of"] else 1
    return int(len(words) > 1 and _DIGITS.fullmatch(words[0]) is not None)


def begins_noun(words: list[str], is_noun: Callable[[str], bool]) -> bool:
    """Return whether the first two or three words form a noun, which may have a hyphen after its first word.

    Args:
        words: The words of a text, in lower case.
        is_noun: Returns whether a text is a noun of the noun list.
    """
    return any(is_noun(words[0] + joint + " ".join(words[1:length])) for length in (2, 3) if len(words) >= length for joint in " -")
