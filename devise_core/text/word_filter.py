"""Decide which words the app may show to a visitor who did not type them. Slurs and sexual terms are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from devise_core.errors import SettingsError
from devise_core.settings import file, variable
from devise_core.text.tokens import tokens

BUNDLED_LIST = Path(__file__).with_name("unsuitable_words.txt")
_PARTS = re.compile(r"[-.']")


class WordFilter:
    """A list of unsuitable words and phrases.

    A visitor may search for any word. The filter applies to words that the app shows without being asked: suggestions, spellings,
    labels, nearest words, word paths (steps from one word to another), names on the map and examples.

    Args:
        blocked: Words and phrases to block, in lower case.

    Example:
        >>> word_filter = WordFilter({"rude", "very bad"})
        >>> word_filter.allows("Rudest"), word_filter.allows("a rude one"), word_filter.allows("very bad day")
        (True, False, False)
    """

    def __init__(self, blocked: Iterable[str]) -> None:
        entries = set(blocked)
        self._words = frozenset(entry for entry in entries if " " not in entry)
        self._phrases = tuple(f" {entry} " for entry in sorted(entries) if " " in entry)

    def allows(self, text: str) -> bool:
        """Return whether the word or phrase ``text`` may be shown to a visitor who did not type it."""
        if text.isascii() and text.isalpha():  # true for most words; the code below takes 20 times as long
            return not self._is_blocked(text.lower())
        words = tokens(text)
        if any(self._is_blocked(part) for word in words for part in (word, *_PARTS.split(word))):
            return False
        padded = f" {' '.join(words)} "
        return not any(phrase in padded for phrase in self._phrases)

    def _is_blocked(self, word: str) -> bool:
        """Return whether a word is blocked, or is the plural of a blocked word. "assess" is not the plural of "asses"."""
        return word in self._words or (word.endswith("s") and not word.endswith("ss") and word[:-1] in self._words)


ALLOW_ALL = WordFilter(())


def configured_word_filter() -> WordFilter:
    """Load the bundled list and the changes in the file ``SEMBLANCE_WORD_LIST``, if this variable is set.

    Raises:
        SettingsError: The file cannot be read.
    """
    return load_word_filter(file("word_list"))


@cache
def load_word_filter(changes: Path | None = None) -> WordFilter:
    """Load the bundled list, and apply the operator's changes.

    Args:
        changes: A text file with one entry per line. ``word`` or ``+word`` blocks a word or phrase, and ``-word`` allows it again.
            Lines that begin with ``#`` are comments.

    Returns:
        The filter. Each ``changes`` file is read once, and later calls return the same filter.

    Raises:
        SettingsError: ``changes`` cannot be read.
    """
    blocked = set(_entries(BUNDLED_LIST.read_text("utf-8")))
    if changes is not None:
        try:
            lines = _entries(changes.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"The word list {changes} cannot be read. Set {variable('word_list')} to a UTF-8 text file."
            ) from error
        blocked |= {line.removeprefix("+").strip() for line in lines if not line.startswith("-")}
        blocked -= {line.removeprefix("-").strip() for line in lines if line.startswith("-")}
    return WordFilter(blocked)


def _entries(text: str) -> list[str]:
    return [entry for line in text.lower().splitlines() if (entry := line.strip()) and not entry.startswith("#")]
