"""Words and nouns that complete a query while it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from devise_core.text.noun_store import NounStore
from devise_core.text.sensitive_words import singular_forms
from devise_core.text.word_store import WordStore

MAX_WORDS = 3
"""How many words at the end of the text can be the start of one noun."""

_WORD = re.compile(r"[^\W_][\w'’.-]*")


def complete(
    text: str, words: WordStore, nouns: NounStore, k: int, may_offer: Callable[[str], bool] = lambda _: True
) -> list[tuple[int, str]]:
    """Complete the end of a text.

    Args:
        text: What is typed so far.
        words: The words. They complete the last typed word only.
        nouns: The nouns, which may have several words.
        k: How many completions to return.
        may_offer: Says of a word or noun whether it may be offered.

    Returns:
        Up to ``k`` completions, each as the offset in ``text`` where it begins and the word or noun. Those that continue more
        typed words come first, then nouns before other words, then frequent before rare ones.
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
    """Return where the last words of a text begin, as long as only spaces separate them.

    Args:
        text: What is typed so far.

    Returns:
        Offsets in characters, that of the last word last. Empty if the text does not end with a word.
    """
    starts: list[int] = []
    end = 0
    for match in _WORD.finditer(text):
        if text[end : match.start()].strip():
            starts = []
        starts.append(match.start())
        end = match.end()
    return starts[-MAX_WORDS:] if end == len(text) else []
