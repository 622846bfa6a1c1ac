"""Words and nouns that a query being typed may be about to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore

LONGEST = 3
"""A noun of the list has up to this many words worth completing."""

_WORD = re.compile(r"[^\W_][\w'’.-]*")


def complete(text: str, words: WordStore, nouns: NounStore, k: int) -> list[tuple[int, str]]:
    """Up to ``k`` completions of the end of ``text``: the offset each replaces from, and the word or noun.

    Those that go on from more of what was typed come before those that go on from its last word, nouns before other
    words, frequent ones before rare ones.
    """
    found: dict[str, int] = {}
    starts = _starts(text)
    for start in starts:
        prefix = " ".join(text[start:].lower().split())
        sources: list[Iterator[str]] = [nouns.completions(prefix)]
        if start == starts[-1]:
            sources.append(words.completions(prefix))
        for source in sources:
            new = (word for word in source if word not in found)
            found |= dict.fromkeys(islice(new, k - len(found)), start)
    return [(start, word) for word, start in found.items()]


def _starts(text: str) -> list[int]:
    """Where the last words of ``text`` begin, as long as nothing but space lies between them."""
    starts: list[int] = []
    end = 0
    for match in _WORD.finditer(text):
        if text[end : match.start()].strip():
            starts = []
        starts.append(match.start())
        end = match.end()
    return starts[-LONGEST:] if end == len(text) else []
