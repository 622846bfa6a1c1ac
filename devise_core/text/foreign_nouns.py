"""Nouns of other languages, and the English nouns to read them as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devise_core.storage.artifact_reader import read_text, reading
from devise_core.text.word_filter import ALLOW_ALL, WordFilter

SHORTEST = 3
"""The fewest letters of a foreign noun. Shorter ones are abbreviations of something else too often."""
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

    def after_article(self, words: Sequence[str]) -> Translation | None:
        """Return the translation of two words such as "le chat", whose article says which language it is; or None."""
        if len(words) != 2 or not any(words[0] in articles for articles in ARTICLES.values()):
            return None
        translation = self.get(words[1])
        return translation if translation and any(words[0] in ARTICLES[code] for code in translation.codes) else None

    @cached_property
    def _table(self) -> dict[str, str]:
        """Foreign noun → the rest of its line."""
        return dict(line.split("\t", 1) for line in self._lines.splitlines())
