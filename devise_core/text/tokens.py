"""Text → known words → one vector: the sum of the words' unit vectors, each weighted by its rarity."""

from __future__ import annotations

import re
import unicodedata

from devise_core.errors import QueryError
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, unit

MAX_CHARACTERS = 1_000
"""The longest text that is read."""

_TOKEN = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")


class Phrases:
    """Reads text with the words of one store."""

    def __init__(self, words: WordStore) -> None:
        self.words = words

    def known(self, text: str) -> tuple[list[tuple[str, int]], list[str]]:
        """The known words of ``text`` with their rows, and the unknown ones, each in order."""
        known: list[tuple[str, int]] = []
        unknown: list[str] = []
        for token in tokens(text):
            found = self._parts(token)
            known += found
            if not found:
                unknown.append(token)
        return known, list(dict.fromkeys(unknown))

    def vector(self, rows: list[int]) -> Floats:
        """Unit vector ``(d,)`` of the words at ``rows``."""
        return unit(self.words.rarity(rows) @ self.words.unit(rows))

    def _parts(self, token: str) -> list[tuple[str, int]]:
        """The token itself, without its possessive ending, or in the parts its hyphens and stops make."""
        for form in ([token], [token.removesuffix("'s")], re.split(r"[-.']", token)):
            found = [(part, row) for part in form if (row := self.words.row(part)) is not None]
            if found:
                return found
        return []


def tokens(text: str) -> list[str]:
    """The words of ``text`` in lower case, composed, with plain apostrophes: as the vocabulary is written."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'"))


def check_text(text: str) -> str:
    """Return ``text``. Raises ``QueryError`` if it is too long or holds no word."""
    if len(text) > MAX_CHARACTERS:
        raise QueryError(f"The query has {len(text)} characters; at most {MAX_CHARACTERS} are read: shorten it.")
    if not tokens(text):
        raise QueryError("There is no word to search for: type the name of a thing, such as “violin”.")
    return text
