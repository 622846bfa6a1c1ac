"""Decide which words the app may offer to people who did not type them. Words about people's identity are never offered."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from devise_core.text.judged_people import UNKIND
from devise_core.text.list_lines import list_lines
from devise_core.text.sensitive_words import is_sensitive, singular_forms
from devise_core.text.tokens import tokens

UNOFFERED_WORDS = Path(__file__).with_name("unoffered_words.txt")
_KEPT = 65_536
"""How many results of ``may_offer`` are kept, because many words are checked for each suggestion."""
_DERIVED = re.compile(r"(?<=\w{4})(?:ism|ist|ify|ification|i[sz]ed?|i[sz]ation|ity|ness|hood|dom|phobia|phobic|phile|ish)$")
"""Endings that derive a word from a word for people, as in "nazification" and "heterosexuality". At least four letters come before
the ending, because shorter stems would match by chance."""


@lru_cache(_KEPT)
def may_offer(text: str) -> bool:
    """Return whether the app may offer a word or noun. A visitor may still search for a word that is not offered.

    Example:
        >>> [may_offer(text) for text in ("gorilla", "german shepherd", "sexists", "Jewry", "africanized", "ugly", "communists")]
        [True, True, False, False, False, False, False]
    """
    if is_sensitive(text):
        return False
    words = tokens(text)
    if len(words) > 1:  # "siberian husky" is a dog
        return UNKIND.isdisjoint(words)
    return not any(form in UNKIND or form in _unoffered() or _is_derived(form) for word in words for form in singular_forms(word))


def _is_derived(word: str) -> bool:
    stem = _DERIVED.sub("", word)
    return stem != word and is_sensitive(stem, sex_and_age=False)


@cache
def _unoffered() -> frozenset[str]:
    return frozenset(word for line in list_lines(UNOFFERED_WORDS) for word in line.split())
