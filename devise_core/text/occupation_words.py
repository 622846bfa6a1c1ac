"""Which words say what somebody does, such as "nurse". Other words for people say what kind of person somebody is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.sensitive_words import singular_forms

OCCUPATION_WORDS = Path(__file__).with_name("occupation_words.txt")


def is_occupation(word: str) -> bool:
    """Return whether a word is an occupation, in the singular or plural.

    Example:
        >>> [is_occupation(word) for word in ("nurses", "policeman", "bombshell", "housewife", "castle")]
        [True, True, False, False, False]
    """
    return not _words().isdisjoint(singular_forms(word.lower()))


@cache
def _words() -> frozenset[str]:
    return frozenset(list_lines(OCCUPATION_WORDS))
