"""Translate nouns of other languages into English nouns."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.storage.artifact_reader import read_text, reading
from devise_core.text.word_filter import ALLOW_ALL, WordFilter

SHORTEST = 3
"""The fewest letters of a foreign noun. Shorter words are too often abbreviations."""
LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch"}
ARTICLES = {
    "de": ("der", "die", "das", "ein", "eine", "einen"),
    "fr": ("le", "la", "les", "un", "une", "des"),
    "es": ("el", "la", "los", "las", "un", "una"),
    "it": ("il", "lo", "la", "gli", "un", "una", "uno"),
    "pt": ("os", "as", "um", "uma"),
    "nl": ("de", "het", "een"),
}


@dataclass(frozen=True)
class Translation:
    """The English translation of a foreign noun.

    Attributes:
        noun: The English noun.
        codes: The codes of the languages that have the foreign noun, such as "de".
    """

    noun: str
    codes: tuple[str, ...]

    @property
    def language(self) -> str:
        """The name of the first of these languages, such as "German"."""
        return LANGUAGES[self.codes[0]]


class ForeignNouns:
    """A table of foreign nouns in their plain form, which is the form in a dictionary.

    Args:
        lines: The lines of the table: a foreign noun, the English noun and the codes of the languages, separated by tabs.
        word_filter: Decides which English nouns may be offered.
    """

    def __init__(self, lines: str = "", word_filter: WordFilter = ALLOW_ALL) -> None:
        self._lines, self._word_filter = lines, word_filter

    @classmethod
    def open(cls, path: Path, word_filter: WordFilter = ALLOW_ALL) -> ForeignNouns:
        """Read the file of a table.

        Args:
            path: ``foreign_nouns.tsv``.
            word_filter: Decides which English nouns may be offered.

        Raises:
            ArtifactError: The file is missing or damaged.
        """
        text = read_text(path)
        with reading(path):
            codes = {line.split("\t", 2)[2] for line in text.splitlines()}
            if not {code for several in codes for code in several.split(",")} <= set(LANGUAGES):
                raise ValueError("a language is unknown")
        return cls(text, word_filter)

    def get(self, noun: str) -> Translation | None:
        """Return the translation of a noun in its plain form, or in a plural that ends in "s". None if the noun is unknown."""
        line = self._table.get(noun) or (self._table.get(noun[:-1]) if len(noun) > SHORTEST + 1 and noun[-1] == "s" else None)
        if line is None:
            return None
        english, codes = line.split("\t")
        return Translation(english, tuple(codes.split(","))) if self._word_filter.allows(english) else None

    def elided(self, word: str) -> Translation | None:
        """Return the translation of a French or Italian noun with its article, such as "l'oiseau", or None."""
        translation = self.get(word.removeprefix("l'")) if word.startswith("l'") else None
        return translation if translation and {"fr", "it"} & set(translation.codes) else None

    def is_article(self, word: str, codes: Sequence[str] = tuple(ARTICLES)) -> bool:
        """Return whether a word is an article in one of the languages ``codes``."""
        return any(word in ARTICLES[code] for code in codes)

    def after_article(self, words: Sequence[str]) -> Translation | None:
        """Return the translation of an article and a noun of one language, such as "le chat", or None."""
        if len(words) != 2 or not self.is_article(words[0]):
            return None
        translation = self.get(words[1])
        return translation if translation and self.is_article(words[0], translation.codes) else None

    @cached_property
    def _table(self) -> _SortedLines:
        """Foreign noun → the rest of its line."""
        return _SortedLines(self._lines.splitlines())


class _SortedLines:
    """Finds lines by their key, the text before the first tab. This class needs a sixth of the memory of a dictionary."""

    def __init__(self, lines: list[str]) -> None:
        lines = sorted(lines, key=_key)  # the file is in order already, so this takes only a few milliseconds
        self._text = "\n".join([*lines, ""]).encode()
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        self._starts = array("I", [0, *(ends + 1).tolist()])

    def get(self, key: str) -> str | None:
        """Return the text after the key in the last line that has the key, or None if no line has it."""
        wanted = key.encode(errors="surrogatepass")
        row = bisect_right(range(len(self._starts) - 1), wanted, key=self._key_at) - 1
        if row < 0 or self._key_at(row) != wanted:
            return None
        return self._line_at(row).partition(b"\t")[2].decode()

    def _line_at(self, row: int) -> bytes:
        return self._text[self._starts[row] : self._starts[row + 1] - 1]

    def _key_at(self, row: int) -> bytes:
        return self._line_at(row).partition(b"\t")[0]


def _key(line: str) -> str:
    return line.partition("\t")[0]
