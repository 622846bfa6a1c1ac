"""Split text into words, and add up the vectors of the known ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from devise_core.errors import QueryError
from devise_core.text.plain_form import plain_form
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, unit

MAX_CHARACTERS = 1_000
"""The most characters that a text may have."""

_WITHOUT_LETTERS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Characters that are removed because they would split a word. They are combining marks, such as the dot of a Turkish İ in lower
case, and invisible characters."""
_TOKEN = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")


class Phrases:
    """Looks up the words of phrases in one word store, and adds up the vectors of the known words."""

    def __init__(self, words: WordStore) -> None:
        self.words = words

    def known(self, text: str) -> tuple[list[tuple[str, int]], list[str]]:
        """Return the known words of ``text``, each with its row in the word store, and the unknown words, both in order."""
        known: list[tuple[str, int]] = []
        unknown: list[str] = []
        for token in tokens(text):
            parts = self._known_parts(token)
            known += parts
            if not parts:
                unknown.append(token)
        return known, list(dict.fromkeys(unknown))

    def vector(self, rows: list[int]) -> Floats:
        """Return the unit vector ``(d,)`` of several words: the sum of their unit vectors, each weighted by the word's rarity.

        Args:
            rows: The rows of the words in the word store, at least one.
        """
        return unit(self.words.rarity(rows) @ self.words.unit(rows))

    def _known_parts(self, token: str) -> list[tuple[str, int]]:
        """Return the first known form: the token, its plain form, that form without "'s", or the known parts of a compound."""
        plain = plain_form(token)
        for form in ([token], [plain], [plain.removesuffix("'s")], re.split(r"[-.']", plain)):
            parts = [(part, row) for part in form if (row := self.words.row(part)) is not None]
            if parts:
                return parts
        return []


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` as the vocabulary spells them: lower case, NFKC, straight apostrophes.

    Example:
        >>> tokens("A do\N{SOFT HYPHEN}g’s BED")
        ['a', "dog's", 'bed']
    """
    lower = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return _TOKEN.findall(_WITHOUT_LETTERS.sub("", lower))


def with_words(text: str, words: Mapping[str, str]) -> str:
    """Return ``text`` with the words in ``words`` replaced.

    Args:
        text: The text.
        words: What to replace → its replacement. A key is spelled as ``tokens`` or ``plain_tokens`` spells words, and may have
            several words.

    Example:
        >>> with_words("Eine Katze, schwarz", {"eine katze": "cat"})
        'cat, schwarz'
    """
    text = unicodedata.normalize("NFC", text)  # a combining accent would split a word
    matches = list(_TOKEN.finditer(text))
    spelled = [" ".join(tokens(match[0])) for match in matches]
    plain = [" ".join(plain_tokens(match[0])) for match in matches]
    longest = max((len(key.split()) for key in words), default=1)
    pieces, end, at = list[str](), 0, 0
    while at < len(matches):
        lengths = range(min(longest, len(matches) - at), 0, -1)
        keys = ((length, " ".join(form[at : at + length])) for length in lengths for form in (spelled, plain))
        length, key = next(((length, key) for length, key in keys if key in words), (0, ""))
        if length:
            pieces += [text[end : matches[at].start()], words[key]]
            end = matches[at + length - 1].end()
        at += length or 1
    return "".join([*pieces, text[end:]])


def plain_tokens(text: str) -> list[str]:
    """Return the words of ``text`` in their plain form, as in "creme brulee"."""
    return [plain_form(token) for token in tokens(text)]


def check_is_text(text: object) -> str:
    """Return ``text``. Raises ``QueryError`` if ``text`` is not a ``str``, such as a list of texts."""
    if not isinstance(text, str):
        raise QueryError(f"Give one text, such as “violin”. Received: {type(text).__name__}.")
    return text


def check_text(text: str) -> str:
    """Return ``text``. Raises ``QueryError`` if ``text`` is not a ``str``, is too long, or has no word."""
    check_is_text(text)
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"The text has {len(text)} characters. Shorten it to at most {MAX_CHARACTERS}.")
    if not tokens(text):
        raise QueryError("There is no word to search for. Type the name of a thing, such as “violin”.")
    return text
