"""Decide which words are plain: they describe things, animals, time, weather or sport, and do not judge or name people."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines

PLAIN_WORDS = Path(__file__).with_name("plain_words.txt")


def is_plain(word: str) -> bool:
    """Return whether a word describes things or animals, or is a word for time, weather or sport.

    Example:
        >>> [is_plain(word) for word in ("striped", "Summer", "fins", "sports", "ugly", "nurse")]
        [True, True, True, True, False, False]
    """
    return word.lower() in _words()


@cache
def _words() -> frozenset[str]:
    return frozenset(word for line in list_lines(PLAIN_WORDS) for word in line.split())
