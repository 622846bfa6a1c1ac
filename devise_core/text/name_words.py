"""Which words are only ever names, of people or places. No image can be recognised by them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.thing_words import is_place
from devise_core.text.tokens import tokens

NAME_WORDS = Path(__file__).with_name("name_words.txt")


def has_name(text: str) -> bool:
    """Return whether a word of ``text``, or the whole text, is the name of a person or a place and nothing else.

    Example:
        >>> [has_name(text) for text in ("Obama", "the house of Mozart", "Nigeria", "new york", "castle", "rose")]
        [True, True, True, True, False, False]
    """
    words = [word.removesuffix("'s") for word in tokens(text)]
    return is_place(text) or any(word in _names() or is_place(word) for word in words)


@cache
def _names() -> frozenset[str]:
    return frozenset(list_lines(NAME_WORDS))
