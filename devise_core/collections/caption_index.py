"""A full-text index over the labels, captions and categories of a collection, in SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from devise_core.collections.read_only_database import check_types, database_errors, open_read_only
from devise_core.datatypes import Item
from devise_core.search.ranking import Mask
from devise_core.text.plain_form import plain_form

TABLE = "captions"
_COLUMNS = "labels, caption, category"
_WEIGHTS = "10.0, 4.0, 2.0"
"""The weights of a word in a label, in a caption and in a category."""
_TOKENIZER = "porter unicode61 remove_diacritics 2"
"""Words are compared by their stems without accents, so that "dogs" finds "dog" and "cafe" finds "café"."""


class CaptionSearch(Protocol):
    """Finds images by the words that describe them."""

    def search(
        self, alternatives: Sequence[Sequence[str]], excluded: Sequence[str] = (), k: int | None = 24, inside: Any = None
    ) -> list[int]:
        """Return the rows of the images whose labels, caption and category have all words of one of the alternatives.

        Args:
            alternatives: Lists of words. An empty list finds nothing.
            excluded: Words that must not be there.
            k: The most rows to return. None for all.
            inside: Which images to choose from, as ``Collection.inside`` returns it. None for all.

        Returns:
            Rows of the collection, the best match first.
        """


class CaptionIndex:
    """Finds images by the words that describe them. Safe to use from several threads.

    Args:
        database: A connection to a database that ``fill`` has filled.
        source: What error messages call the database.
    """

    def __init__(self, database: sqlite3.Connection, source: str) -> None:
        self._database, self._source, self._lock = database, source, threading.Lock()

    @classmethod
    def of(cls, items: Iterable[Item]) -> CaptionIndex:
        """Index ``items`` in memory. This takes about 10 ms for 1,000 items."""
        database = sqlite3.connect(":memory:", check_same_thread=False)
        fill(database, items)
        return cls(database, "the index of captions")

    @classmethod
    def write(cls, path: Path, items: Iterable[Item]) -> None:
        """Index ``items`` in a new file."""
        with sqlite3.connect(path) as database:
            fill(database, items)
        database.close()

    @classmethod
    def open(cls, path: Path) -> CaptionIndex:
        """Open a file that ``write`` wrote, for reading only.

        Raises:
            ArtifactError: The file is damaged.
        """
        with database_errors(path):
            index = cls(open_read_only(path, (TABLE,)), str(path))
        index.search([["a"]])
        return index

    def search(
        self, alternatives: Sequence[Sequence[str]], excluded: Sequence[str] = (), k: int | None = 24, inside: Mask | None = None
    ) -> list[int]:
        """Return the rows of the images whose labels, caption and category have all words of one of the alternatives.

        Args:
            alternatives: Lists of words. An empty list finds nothing.
            excluded: Words that must not be there.
            k: The most rows to return. None for all.
            inside: A mask ``(n,)`` of the images to choose from. None for all.

        Returns:
            Rows of the collection, the best match first.

        Raises:
            ArtifactError: The file is damaged.
        """
        return [row for row, _ in self.ranked(alternatives, excluded, k, inside)]

    def ranked(
        self, alternatives: Sequence[Sequence[str]], excluded: Sequence[str] = (), k: int | None = 24, inside: Mask | None = None
    ) -> list[tuple[int, float]]:
        """Return what ``search`` returns, each row with its BM25 value, which measures how well the words match.

        Args:
            alternatives: As for ``search``.
            excluded: As for ``search``.
            k: As for ``search``.
            inside: As for ``search``.

        Returns:
            Rows with their BM25 values. The lowest value is the best and comes first.

        Raises:
            ArtifactError: The file is damaged.
        """
        wanted = [" AND ".join(map(_quoted, words)) for words in alternatives if words]
        if not wanted:
            return []
        expression = " OR ".join(f"({words})" for words in dict.fromkeys(wanted))
        if excluded:
            expression = f"({expression}) NOT ({' OR '.join(map(_quoted, excluded))})"
        value = f"bm25({TABLE}, {_WEIGHTS})"
        statement = f"SELECT rowid, {value} FROM {TABLE} WHERE {TABLE} MATCH ? ORDER BY {value}, rowid LIMIT ?"
        with self._lock, database_errors(self._source):
            matching = self._database.execute(statement, (expression, k if k is not None and inside is None else -1))
            rows = list(matching if inside is None else islice(_inside(matching, inside), k))
            check_types(rows, int, float)
            return rows


class JoinedCaptions(CaptionIndex):
    """The caption indexes of a collection to which images were added.

    Each index weighs a word by how frequent the word is among the images of that index.

    Args:
        parts: The first row of each index, and the index.
    """

    def __init__(self, parts: Sequence[tuple[int, CaptionIndex]]) -> None:
        self._parts = parts

    def ranked(
        self, alternatives: Sequence[Sequence[str]], excluded: Sequence[str] = (), k: int | None = 24, inside: Mask | None = None
    ) -> list[tuple[int, float]]:
        """Return the rows of all parts with their BM25 values, the best first."""
        each = (
            (start + row, value)
            for start, part in self._parts
            for row, value in part.ranked(alternatives, excluded, k, None if inside is None else inside[start:])
        )
        return sorted(each, key=lambda ranked: (ranked[1], ranked[0]))[:k]


def fill(database: sqlite3.Connection, items: Iterable[Item]) -> None:
    """Write ``items`` to a new table of ``database``. The texts themselves are not stored."""
    database.execute(f"CREATE VIRTUAL TABLE {TABLE} USING fts5({_COLUMNS}, content='', tokenize='{_TOKENIZER}')")
    rows = (
        (row, *(plain_form(text) for text in (" | ".join(item.labels), item.caption, item.category)))
        for row, item in enumerate(items)
    )
    database.executemany(f"INSERT INTO {TABLE} (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?)", rows)
    database.commit()


def _inside(matching: Iterable[tuple[int, float]], inside: Mask) -> Iterator[tuple[int, float]]:
    """Yield the rows, with their BM25 values, that are in the mask ``inside``. Raises ``ValueError`` for a row that is no image."""
    for row, value in matching:
        if not 0 <= row < len(inside):
            raise ValueError("a row is of no image")
        if inside[row]:
            yield row, value


def _quoted(word: str) -> str:
    return '"' + word.replace('"', " ") + '"'
