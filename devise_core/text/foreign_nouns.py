"""Nouns of other languages, and the English nouns to read them as."""

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
"""The fewest letters of a foreign noun. Shorter ones are too often abbreviations of something else."""
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
    """An English noun for a foreign one.

    Attributes:
        noun: The English noun.
        codes: The languages it is a translation from, such as "de".
    """

    noun: str
    codes: tuple[str, ...]

    @property
    def language(self) -> str:
        """The name of the first language, such as "German"."""
        return LANGUAGES[self.codes[0]]


class ForeignNouns:
    """A table of foreign nouns in their plain form.

    Args:
        lines: Lines of the foreign noun, the English noun and the codes of the languages, separated by tabs.
        word_filter: The English nouns that may be offered.
    """

    def __init__(self, lines: str = "", word_filter: WordFilter = ALLOW_ALL) -> None:
        self._lines, self._word_filter = lines, word_filter

    @classmethod
    def open(cls, path: Path, word_filter: WordFilter = ALLOW_ALL) -> ForeignNouns:
        """Read the file of a table.

        Args:
            path: ``foreign_nouns.tsv``.
            word_filter: The English nouns that may be returned.

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
        """Return the translation of a noun in its plain form, with or without the "s" of a plural; or None."""
        line = self._table.get(noun) or (self._table.get(noun[:-1]) if len(noun) > SHORTEST + 1 and noun[-1] == "s" else None)
        if line is None:
            return None
        english, codes = line.split("\t")
        return Translation(english, tuple(codes.split(","))) if self._word_filter.allows(english) else None

    def elided(self, word: str) -> Translation | None:
        """Return the translation of a French or Italian noun with its article, such as "l'oiseau"; or None."""
        translation = self.get(word.removeprefix("l'")) if word.startswith("l'") else None
        return translation if translation and {"fr", "it"} & set(translation.codes) else None

    def is_article(self, word: str, codes: Sequence[str] = tuple(ARTICLES)) -> bool:
        """Return whether a word is an article in one of the languages ``codes``."""
        return any(word in ARTICLES[code] for code in codes)

    def after_article(self, words: Sequence[str]) -> Translation | None:
        """Return the translation of two words such as "le chat", whose article says which language it is; or None."""
        if len(words) != 2 or not self.is_article(words[0]):
            return None
        translation = self.get(words[1])
        return translation if translation and self.is_article(words[0], translation.codes) else None

    @cached_property
    def _table(self) -> _SortedLines:
        """Foreign noun → the rest of its line."""
        return _SortedLines(self._lines.splitlines())


class _SortedLines:
    """Finds lines by the text before their first tab. It needs a sixth of the memory of a dictionary."""

    def __init__(self, lines: list[str]) -> None:
        lines = sorted(lines, key=_key)  # the file is in order already, so this takes only a few milliseconds
        self._text = "\n".join([*lines, ""]).encode()
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        self._starts = array("I", [0, *(ends + 1).tolist()])

    def get(self, key: str) -> str | None:
        """Return what follows the key in the last of its lines, or None."""
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
