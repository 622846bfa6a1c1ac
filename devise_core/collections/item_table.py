"""The items of a large collection in an SQLite file, from which only the requested items are read."""

from __future__ import annotations

import json
import re
import threading
from abc import abstractmethod
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.contract import SortKey
from devise_core.collections.fetched_items import AT_A_TIME, FetchedItems
from devise_core.collections.items_file import LATER
from devise_core.collections.read_only_database import check_types, database_errors, open_read_only
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.search.conditions import Postings
from devise_core.storage.paths import is_inside
from devise_core.vectors import Rows

ITEM_COLUMNS = ("id", "file", "labels", "category", "caption", "author", "licence", "source", "focus", *LATER)
LABEL, CATEGORY, YEAR, MONTH, DAY = "label", "category", "year", "month", "day"
"""The kinds of facets. A facet is a label, a category or a period together with the images that have it."""
_PERIODS = {4: YEAR, 7: MONTH, 10: DAY}
"""The kind of a period, by the length of its text."""
_ITEM_TYPES = (str,) * len(ITEM_COLUMNS)
_PLAIN = re.compile(r"images/(?:[\w\-]+/)*[\w\-]+\.\w+")
"""Matches the path of a file inside the folder. Most paths match. Checking the others with ``is_inside`` takes 50 times as long."""


class StoredItems(FetchedItems, Postings):
    """The items of a large collection in the order of their rows, and the rows that have each label, category and period."""

    @abstractmethod
    def sort_keys(self, rows: Iterable[int], by: SortKey) -> list[str]:
        """Return the names or the dates of the items at ``rows``, to sort them by."""

    @abstractmethod
    def row_of(self, item_id: str) -> int | None:
        """Return the row of an id, or None."""

    @abstractmethod
    def with_keys(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, for those of ``ids`` (at most 500) that exist."""

    @abstractmethod
    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that come after ``text`` in alphabetical order. The first ids often begin like ``text``."""

    @abstractmethod
    def with_label(self, label: str) -> Rows:
        """Return the rows of the images with a label."""

    @abstractmethod
    def in_category(self, category: str) -> Rows:
        """Return the rows of the images in a category or below it."""

    @abstractmethod
    def taken_in(self, period: str) -> Rows:
        """Return the rows of the photos taken in a period, as ``TakenIn`` takes it."""

    @abstractmethod
    def facets(self, kind: str, most: int) -> dict[str, int]:
        """Return the ``most`` most frequent labels, categories or years, each with the number of its images."""


class ItemTable(StoredItems):
    """The items in one file. Safe to use from several threads.

    SQLite was chosen because it is part of Python, reads single rows without loading the file, and has full-text search, which
    captions need.

    Args:
        path: A file that ``ItemTableWriter`` has finished. It is only read.

    Raises:
        ArtifactError: The file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        with database_errors(self._path):
            self._database = open_read_only(path, ("items", "facets"))
            self._count: int = self._rows_of("SELECT ifnull(max(row) + 1, 0) FROM items", (), int)[0][0]
            self._rows_of("SELECT kind, value, count, rows FROM facets LIMIT 1", (), str, str, int, bytes)
            there = {name for (name,) in self._rows_of("SELECT name FROM pragma_table_info('items')", (), str)}
        columns = [name if name not in LATER or name in there else "''" for name in ITEM_COLUMNS]
        self._columns, self._taken = ", ".join(columns), columns[ITEM_COLUMNS.index("taken")]

    def __len__(self) -> int:
        return self._count

    def at(self, rows: Iterable[int]) -> list[Item]:
        """Return the items at ``rows``, in that order.

        Raises:
            ArtifactError: The file is damaged, or has no item at one of the rows.
        """
        wanted, items = [int(row) for row in rows], dict[int, Item]()
        for start in range(0, len(wanted), AT_A_TIME):
            part = wanted[start : start + AT_A_TIME]
            statement = f"SELECT row, {self._columns} FROM items WHERE row IN ({', '.join('?' * len(part))})"
            items |= {row: self._item(values) for row, *values in self._rows_of(statement, part, int, *_ITEM_TYPES)}
        self._check_known(wanted, items)
        return [items[row] for row in wanted]

    def sort_keys(self, rows: Iterable[int], by: SortKey) -> list[str]:
        """Return the names or the dates of the items at ``rows``, to sort them by."""
        wanted = [int(row) for row in rows]
        key = self._taken if by == "taken" else "ifnull(json_extract(labels, '$[0]'), items.id)"
        statement = (
            f"SELECT row, {key} FROM json_each(?) AS wanted "
            "CROSS JOIN items ON items.row = wanted.value"
        )  # one statement, in the order of the file, since there may be 16,384 rows (``contract.WINDOW``)
        keys = dict[int, str](self._rows_of(statement, [json.dumps(sorted(wanted))], int, str))
        self._check_known(wanted, keys)
        return [keys[row] for row in wanted]

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an id, or None."""
        rows = self._rows_of("SELECT row FROM items WHERE id = ?", [item_id], int)
        return int(rows[0][0]) if rows else None

    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that come after ``text`` in alphabetical order. The first ids often begin like ``text``."""
        return [row[0] for row in self._rows_of("SELECT id FROM items WHERE id >= ? ORDER BY id LIMIT ?", [text, k], str)]

    def with_label(self, label: str) -> Rows:
        """Return the rows of the images with a label."""
        return self._posting(LABEL, label)

    def in_category(self, category: str) -> Rows:
        """Return the rows of the images in a category or below it."""
        return self._posting(CATEGORY, category)

    def taken_in(self, period: str) -> Rows:
        """Return the rows of the photos taken in a period, as ``TakenIn`` takes it."""
        return self._posting(_PERIODS.get(len(period), ""), period)

    def facets(self, kind: str, most: int) -> dict[str, int]:
        """Return the ``most`` most frequent labels, categories or years, each with the number of its images."""
        statement = "SELECT value, count FROM facets WHERE kind = ? ORDER BY count DESC, value LIMIT ?"
        return dict(self._rows_of(statement, [kind, most], str, int))

    def counts(self, kind: str, values: Sequence[str]) -> dict[str, int]:
        """Return the number of images for each of ``values``. Values that no image has are left out."""
        counts = dict[str, int]()
        for start in range(0, len(values), AT_A_TIME):
            part = values[start : start + AT_A_TIME]
            statement = f"SELECT value, count FROM facets WHERE kind = ? AND value IN ({', '.join('?' * len(part))})"
            counts.update(self._rows_of(statement, [kind, *part], str, int))
        return counts

    def with_keys(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, for those of ``ids`` (at most 500) that exist."""
        columns = f"SELECT key, {self._columns} FROM items WHERE id IN ({', '.join('?' * len(ids))})"
        return {
            item.id: (item, key) for key, *values in self._rows_of(columns, ids, str, *_ITEM_TYPES) for item in [self._item(values)]
        }

    def known_keys(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that are the key (SHA-256) of an image. This reads the whole table."""
        known = set[str]()
        for start in range(0, len(keys), AT_A_TIME):
            part = keys[start : start + AT_A_TIME]
            statement = f"SELECT key FROM items WHERE key IN ({', '.join('?' * len(part))})"
            known |= {key for (key,) in self._rows_of(statement, part, str)}
        return known

    def keys_at(self, rows: Sequence[int]) -> list[str]:
        """Return the SHA-256 of the original files of up to 500 rows, in that order."""
        statement = f"SELECT row, key FROM items WHERE row IN ({', '.join('?' * len(rows))})"
        keys = dict(self._rows_of(statement, rows, int, str))
        return [keys[row] for row in rows]

    def _check_known(self, wanted: Sequence[int], known: Container[int]) -> None:
        missing = [row for row in wanted if row not in known]
        if missing:
            raise ArtifactError(f"{self._path} has no item {min(missing)}. Make the collection again.")

    def _posting(self, kind: str, value: str) -> Rows:
        rows = self._rows_of("SELECT rows FROM facets WHERE kind = ? AND value = ?", [kind, value], bytes)
        with database_errors(self._path):
            posting = np.frombuffer(rows[0][0] if rows else b"", dtype="<i4").astype(np.int64)
        if len(posting) and (posting.min() < 0 or posting.max() >= self._count):
            raise ArtifactError(f"{self._path} is damaged (a {kind} refers to an image that does not exist). Make it again.")
        return posting

    def _item(self, values: Sequence[Any]) -> Item:
        fields = dict(zip(ITEM_COLUMNS, values, strict=True))
        with database_errors(self._path):
            labels = json.loads(fields["labels"])
            if not isinstance(labels, list):
                raise TypeError("the labels are not a list")
            fields["labels"] = tuple(map(str, labels))
            x, y = map(float, fields["focus"].split())
            if not (0 <= x <= 1 and 0 <= y <= 1):
                raise ValueError("a focus outside the image")
            item = Item(**(fields | {"focus": (x, y)}))
        if not item.id or not (_PLAIN.fullmatch(item.file) or is_inside(item.file)):
            raise ArtifactError(f"{self._path} has an image without an id, or with a file outside the folder. Make it again.")
        return item

    def _rows_of(self, statement: str, values: Sequence[object], *types: type) -> list[tuple[Any, ...]]:
        with self._lock, database_errors(self._path):
            rows = self._database.execute(statement, values).fetchall()
            check_types(rows, *types)
            return rows
