"""Remove the carriers from a query, the words around the thing that is searched for, such as "show me" or "a photo of"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

_LINES = [
    line for line in Path(__file__).with_name("carrier_phrases.txt").read_text("utf-8").splitlines() if line and line[0] != "#"
]
OPENINGS = frozenset(tuple(line.split()) for line in _LINES)
"""Phrases at the beginning of a request, such as "show me". Each phrase is a tuple of its words."""
LONGEST = max(map(len, OPENINGS))
_MEDIUM = ("photo", "picture", "image", "pic", "photograph", "snapshot")
MEDIA = frozenset((*_MEDIUM, *(f"{word}s" for word in _MEDIUM)))
"""Words for a picture itself. "A photo of a dog" and "dog photos" ask for dogs."""
DETERMINERS = frozenset(("my", "your", "his", "her", "its", "our", "their", "this", "that", "these", "those", "any", "another"))
CLOSINGS = frozenset(("please", "pls", "plz", "thanks", "thank", "you"))
FUNCTION_WORDS = frozenset(
    (
        *("a", "an", "the", "of", "and", "or", "in", "on", "at", "to", "for", "with", "by", "from", "as", "is", "are", "was"),
        *("be", "it", "i", "me", "we", "us", "some", "what", "which", "where", "who", "how", "no", "not", "without", "there"),
        *DETERMINERS,
        *CLOSINGS,
    )
)
"""Words that name nothing. A query that has only such words cannot be searched for."""
_PLURAL_MEDIA = frozenset(f"{word}s" for word in _MEDIUM)
_QUESTIONS = ("what", "how")
_LOOKS_LIKE = (("look", "like"), ("looks", "like"))
_ARTICLES = ("a", "an", "the", "some", "all", "more", "any")
_ADJECTIVES = ("good", "nice", "great")


def names_nothing(words: Sequence[str]) -> bool:
    """Return whether all ``words`` are function words, as in "of the"."""
    return FUNCTION_WORDS.issuperset(words)


def without_carriers(words: list[str], begins_noun: Callable[[list[str]], bool]) -> tuple[list[str], list[str]]:
    """Take the carriers out of a phrase.

    Args:
        words: The words of the phrase. The phrase as a whole must not be a noun.
        begins_noun: A function that returns whether words begin with a noun of several words. Such a noun is not taken apart.

    Returns:
        The remaining words, possibly none, and the carriers that were taken out. Both are in the order of the phrase.
    """
    dropped: list[str] = []
    closing: list[str] = []
    while words and not begins_noun(words) and (length := _opening(words)):
        dropped.append(" ".join(words[:length]))
        words = words[length:]
    while words and words[-1] in CLOSINGS and (len(words) > 1 or dropped):
        closing.insert(0, words[-1])
        words = words[:-1]
    if length := _look_length(words, asked=bool(dropped) and dropped[-1].split()[0] in _QUESTIONS):
        closing.insert(0, " ".join(words[-length:]))
        words = words[:-length]
        if words[0] in _QUESTIONS and len(words) > 1:
            dropped.append(words[0])
            words = words[1:]
    if len(words) > 1 and words[-1] in MEDIA and not names_nothing(words[:-1]) and not begins_noun(words[-2:]):
        closing.insert(0, words[-1])
        words = words[:-1]
    return words, [*dropped, *([" ".join(closing)] if closing else [])]


def _look_length(words: list[str], asked: bool) -> int:
    """Return how many of the last words are the "look like" of a question, as in "what does a dog look like", or 0."""
    if len(words) > 2 and tuple(words[-2:]) in _LOOKS_LIKE:
        return 2
    return int(asked and len(words) > 1 and words[-1] in ("look", "looks"))


def _opening(words: list[str]) -> int:
    """Return the number of words of the carrier at the beginning of a phrase, or 0 if there is no carrier."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        if tuple(words[:length]) in OPENINGS:
            return length
    start = 0
    while words[start : start + 1] and words[start] in (*_ARTICLES, *_ADJECTIVES, *DETERMINERS):
        start += 1
    if len(words) > start + 1 and words[start] in MEDIA and words[start + 1] in ("of", "with", "showing", "about"):
        return start + 2
    if len(words) > 1 and words[0] in _PLURAL_MEDIA and words[1] not in FUNCTION_WORDS:
        return 1
    return int(len(words) > 1 and words[0] in DETERMINERS)
