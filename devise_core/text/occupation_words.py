"""Decide which words for people name an occupation, such as "nurse", and not a kind of person, such as "housewife"."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.sensitive_words import singular_forms

OCCUPATION_WORDS = Path(__file__).with_name("occupation_words.txt")


def is_occupation(word: str) -> bool:
    """Return whether a word is the singular or plural of an occupation.

    Example:
        >>> [is_occupation(word) for word in ("nurses", "policeman", "bombshell", "housewife", "castle")]
        [True, True, False, False, False]
    """
    return not _words().isdisjoint(singular_forms(word.lower()))


@cache
def _words() -> frozenset[str]:
    return frozenset(list_lines(OCCUPATION_WORDS))
