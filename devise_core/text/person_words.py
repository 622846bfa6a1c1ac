"""Decide which words mean people. An image of an animal shown for such a word would be an insult."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from devise_core.text.list_lines import list_lines
from devise_core.text.tokens import tokens

PERSON_WORDS = Path(__file__).with_name("person_words.txt")
_PLURALS = (("", ""), ("s", ""), ("es", ""), ("ies", "y"))
"""The endings of plurals, each with the ending of the singular."""


def means_people(text: str) -> bool:
    """Return whether a word of ``text`` means people.

    Example:
        >>> [means_people(text) for text in ("nurses", "an old lady", "admiral", "wolf", "piano")]
        [True, True, True, False, False]
    """
    return any(form in _words() for token in tokens(text) for form in singulars(token))


def singulars(token: str) -> list[str]:
    """Return ``token``, and its possible singulars if it may be a regular plural."""
    return [token.removesuffix(ending) + singular for ending, singular in _PLURALS if token.endswith(ending)]


@cache
def _words() -> frozenset[str]:
    return frozenset(list_lines(PERSON_WORDS))
