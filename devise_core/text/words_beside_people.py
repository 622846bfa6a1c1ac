"""Decide which words may be shown with a picture of people: things, scenes, and neutral words for people."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from devise_core.text.carriers import FUNCTION_WORDS
from devise_core.text.list_lines import list_lines
from devise_core.text.sensitive_words import COLOURS, is_insulting, is_sensitive, singular_forms
from devise_core.text.thing_words import is_thing as is_common_thing
from devise_core.text.tokens import tokens
from devise_core.text.unmodelled import JUDGEMENTS

WORDS_BESIDE_PEOPLE = Path(__file__).with_name("words_beside_people.txt")
TELLING_THINGS = Path(__file__).with_name("telling_things.txt")
"""Things that say something about the people in a picture, such as weapons and religious objects."""


def may_name_people(label: str, is_thing: Callable[[str], bool]) -> bool:
    """Return whether a picture of people may be named with a label, because the label judges nobody.

    Args:
        label: A label from a visitor's list.
        is_thing: Returns whether a word is a noun that usually means a thing.

    Returns:
        True if all words of the label are nouns for things and scenes, or neutral words for people. Adjectives, words for kinds
        of people and insults are refused. A colour before another word is allowed: "black dress" names a dress.
    """
    words = [word for word in tokens(label) if word not in FUNCTION_WORDS]
    if not words or is_sensitive(label) or is_insulting(label):
        return False
    things = [word for word in words[:-1] if word not in COLOURS] + words[-1:]
    return all(word in _listed() or (is_thing(word) and word not in JUDGEMENTS) for word in things)


def is_neutral_beside_people(word: str) -> bool:
    """Return whether a word of the vocabulary may be shown beside a picture of people that is near the word in meaning.

    Only neutral words for people, and things that say nothing about a person, may be shown. Other words are
    near a picture of people only because texts use them when they write about people.

    Example:
        >>> [is_neutral_beside_people(word) for word in ("family", "torches", "globalisation", "truncheons", "dreadlocks")]
        [True, True, False, False, False]
    """
    if not set(singular_forms(word.lower())).isdisjoint(_telling()):
        return False
    return word.lower() in _listed() or is_common_thing(word)


@cache
def _listed() -> frozenset[str]:
    return _words(WORDS_BESIDE_PEOPLE)


@cache
def _telling() -> frozenset[str]:
    return _words(TELLING_THINGS)


def _words(path: Path) -> frozenset[str]:
    return frozenset(word for line in list_lines(path) for word in line.split())
