"""Which words of a visitor's list may name a picture of people: things, scenes, and neutral words for people."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from devise_core.text.carriers import FUNCTION_WORDS
from devise_core.text.list_lines import list_lines
from devise_core.text.sensitive_words import COLOURS, is_insulting, is_sensitive
from devise_core.text.tokens import tokens
from devise_core.text.unmodelled import JUDGEMENTS

WORDS_BESIDE_PEOPLE = Path(__file__).with_name("words_beside_people.txt")


def may_name_people(label: str, is_thing: Callable[[str], bool]) -> bool:
    """Return whether a label judges nobody, so that a picture of people may have it as its name.

    Args:
        label: A label that somebody typed.
        is_thing: Whether a word is a noun that usually means a thing.

    Returns:
        Whether all words of the label are nouns for things and scenes, or neutral words for people. Adjectives, words for kinds of
        people and insults are refused. A colour before another word is allowed: "black dress" names a dress.
    """
    words = [word for word in tokens(label) if word not in FUNCTION_WORDS]
    if not words or is_sensitive(label) or is_insulting(label):
        return False
    things = [word for word in words[:-1] if word not in COLOURS] + words[-1:]
    return all(word in _listed() or (is_thing(word) and word not in JUDGEMENTS) for word in things)


@cache
def _listed() -> frozenset[str]:
    return frozenset(word for line in list_lines(WORDS_BESIDE_PEOPLE) for word in line.split())
