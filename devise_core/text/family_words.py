"""Words for family and royalty. Sums of such words agree with their meanings, such as king - man + woman = queen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.person_words import singulars
from devise_core.text.tokens import tokens

FAMILY_WORDS = Path(__file__).with_name("family_words.txt")


def is_family_word(text: str) -> bool:
    """Return whether every word of ``text`` is a word for family or royalty, in the singular or plural.

    Example:
        >>> [is_family_word(text) for text in ("king", "sisters", "doctor", "boss")]
        [True, True, False, False]
    """
    words = tokens(text)
    return bool(words) and all(not _words().isdisjoint(singulars(word)) for word in words)


@cache
def _words() -> frozenset[str]:
    return frozenset(word for line in list_lines(FAMILY_WORDS) for word in line.split())
