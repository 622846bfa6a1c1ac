"""Find words and nouns that complete a query while it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from devise_core.text.noun_store import NounStore
from devise_core.text.sensitive_words import singular_forms
from devise_core.text.word_store import WordStore

MAX_WORDS = 3
"""A noun can complete up to this many words at the end of the text."""

_WORD = re.compile(r"[^\W_][\w'’.-]*")


def complete(
    text: str, words: WordStore, nouns: NounStore, k: int, may_offer: Callable[[str], bool] = lambda _: True
) -> list[tuple[int, str]]:
    """Complete the end of a text.

    Args:
        text: The text that is typed so far.
        words: The words. A word completes only the last typed word.
        nouns: The nouns, which may consist of several words.
        k: The largest number of completions to return.
        may_offer: A function that returns whether a word or noun may be offered.

    Returns:
        Up to ``k`` completions: the offset in ``text`` where the completion begins, and the word or noun. Completions of more
        typed words come first. With equally many typed words, nouns come before other words, and frequent ones before rare ones.
    """
    offsets: dict[str, int] = {}
    starts = word_starts(text)
    for start in starts:
        prefix = " ".join(text[start:].lower().split())
        sources: list[Iterator[str]] = [nouns.completions(prefix)]
        if start == starts[-1]:
            sources.append(words.completions(prefix))
        for source in sources:
            new = (word for word in source if word not in offsets and may_offer(word))
            offsets |= dict.fromkeys(islice(new, k - len(offsets)), start)
    return [(start, word) for word, start in offsets.items()]


def is_form_of(completion: str, word: str) -> bool:
    """Return whether a word of a completion is ``word`` or its plural.

    Example:
        >>> [is_form_of(completion, "child") for completion in ("children", "child seat", "childbirth")]
        [True, True, False]
    """
    return any(word in singular_forms(each) for each in completion.split())


def word_starts(text: str) -> list[int]:
    """Return where each of the last ``MAX_WORDS`` words of a text begins, if only spaces separate it from the words after it.

    Args:
        text: The text that is typed so far.

    Returns:
        Offsets in characters, in ascending order. Empty if the text does not end with a word.
    """
    starts: list[int] = []
    end = 0
    for match in _WORD.finditer(text):
        if text[end : match.start()].strip():
            starts = []
        starts.append(match.start())
        end = match.end()
    return starts[-MAX_WORDS:] if end == len(text) else []
