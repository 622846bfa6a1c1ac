"""Decide which words are only names of people or places. The model cannot tell such a name from an image."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.thing_words import is_place
from devise_core.text.tokens import tokens

NAME_WORDS = Path(__file__).with_name("name_words.txt")


def has_name(text: str) -> bool:
    """Return whether ``text``, or a word of it, names a place, or is a word that is only ever a name.

    Example:
        >>> [has_name(text) for text in ("Obama", "the house of Mozart", "Nigeria", "new york", "castle", "rose")]
        [True, True, True, True, False, False]
    """
    words = [word.removesuffix("'s") for word in tokens(text)]
    return is_place(text) or any(word in _names() or is_place(word) for word in words)


@cache
def _names() -> frozenset[str]:
    return frozenset(list_lines(NAME_WORDS))
