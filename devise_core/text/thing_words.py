"""Decide which words mean a thing that images can show, an animal, or the name of a place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.noun_store import PLURALS
from devise_core.text.tokens import tokens

THING_WORDS = Path(__file__).with_name("thing_words.txt")
THING, ANIMAL, PLACE = "t", "a", "p"
_ARTICLES = frozenset(("a", "an", "the"))


def is_thing(text: str) -> bool:
    """Return whether the whole ``text`` means a thing or an animal. Weapons and places of worship do not count as things.

    Example:
        >>> [is_thing(text) for text in ("sheep", "the castles", "fire truck", "nigeria", "president", "mosque", "bomb", "love")]
        [True, True, True, False, False, False, False, False]
    """
    return _kind(text) in {THING, ANIMAL}


def is_animal(text: str) -> bool:
    """Return whether the whole ``text`` means an animal.

    Example:
        >>> [is_animal(text) for text in ("wolves", "ape", "castle")]
        [True, True, False]
    """
    return _kind(text) == ANIMAL


def is_place(text: str) -> bool:
    """Return whether the whole ``text`` is the name of a place.

    Example:
        >>> [is_place(text) for text in ("Nigeria", "new york", "turkey", "castle")]
        [True, True, True, False]
    """
    return _kind(text) == PLACE


def _kind(text: str) -> str | None:
    words = tokens(text)
    while words and words[0] in _ARTICLES:
        words = words[1:]
    name, kinds = " ".join(words), _kinds()
    if name in kinds:
        return kinds[name]
    stems = (name.removesuffix(plural) + singular for plural, singular in PLURALS if name.endswith(plural))
    matches = (kinds[stem] for stem in stems if stem in kinds)
    return next((kind for kind in matches if kind != PLACE), None)


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for word, _, kind in (line.partition("\t") for line in list_lines(THING_WORDS))}
