"""Write the items of a large collection to an SQLite file, a batch at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from devise_core.collections.item_table import CATEGORY, DAY, ITEM_COLUMNS, LABEL, MONTH, YEAR
from devise_core.datatypes import Item
from devise_core.search.conditions import lineage, periods
from devise_core.vectors import Rows

_BATCH = 10_000
_ITEMS = f"INSERT INTO items (row, key, {', '.join(ITEM_COLUMNS)}) VALUES ({', '.join('?' * (len(ITEM_COLUMNS) + 2))})"


class ItemTableWriter:
    """A table to which items are added. After ``finish``, ``ItemTable`` can read the file.

    Args:
        path: The file to create.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")  # the file is in a temporary folder, which is deleted on failure
        self._database.execute("PRAGMA synchronous = OFF")
        columns = ", ".join(f"{name} TEXT NOT NULL" for name in ("key", *ITEM_COLUMNS))
        self._database.execute(f"CREATE TABLE items (row INTEGER PRIMARY KEY, {columns}, UNIQUE (id))")

    def places_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return id → row, for those of ``ids`` that are in the table."""
        return self._known("id", ids)

    def keys_of(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that are the key of an item in the table."""
        return set(self._known("key", keys))

    def put(self, rows: Sequence[int], items: Sequence[Item], keys: Sequence[str]) -> None:
        """Write items. An item that was at one of the rows is replaced.

        Args:
            rows: The row of each item in the collection ``(n,)``.
            items: The items.
            keys: The SHA-256 of the original file of each item, or an empty string.

        Raises:
            ValueError: The numbers of rows, items and keys differ.
        """
        self._database.executemany("DELETE FROM items WHERE row = ?", ((row,) for row in rows))
        values = (_values(*each) for each in zip(rows, items, keys, strict=True))
        self._database.executemany(_ITEMS, values)
        self._database.commit()

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Delete the items with these ids, and return the paths of their files. Unknown ids are ignored."""
        files = [file for item_id in ids for (file,) in self._database.execute("SELECT file FROM items WHERE id = ?", (item_id,))]
        self._database.executemany("DELETE FROM items WHERE id = ?", ((item_id,) for item_id in ids))
        self._database.commit()
        return files

    def close(self) -> None:
        """Close the file without finishing it. It cannot be used afterwards."""
        self._database.close()

    def rows(self) -> Rows:
        """Return the rows that have an item, in order."""
        return np.fromiter((row for (row,) in self._database.execute("SELECT row FROM items ORDER BY row")), dtype=np.int64)

    def finish(self) -> None:
        """Number the items without gaps, write the rows of each label, category and period, and close the file."""
        rows = self.rows()
        if len(rows) and rows[-1] != len(rows) - 1:
            self._database.execute("CREATE TEMP TABLE places (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
            self._database.executemany("INSERT INTO places VALUES (?, ?)", zip(rows.tolist(), range(len(rows)), strict=True))
            # All numbers become negative first, so that no item gets a number that another item still has.
            self._database.execute("UPDATE items SET row = -1 - (SELECT new FROM places WHERE old = row)")
            self._database.execute("UPDATE items SET row = -1 - row")
        self._write_facets()
        self._database.commit()
        self._database.close()

    def _write_facets(self) -> None:
        execute = self._database.execute
        execute("CREATE TEMP TABLE pairs (kind TEXT, value TEXT, row INTEGER)")
        execute("CREATE TABLE facets (kind TEXT, value TEXT, count INTEGER, rows BLOB, PRIMARY KEY (kind, value))")
        reading = execute("SELECT row, labels, category, taken FROM items ORDER BY row")
        while batch := reading.fetchmany(_BATCH):
            self._database.executemany("INSERT INTO pairs VALUES (?, ?, ?)", _pairs(batch))
        sorted_pairs = execute("SELECT kind, value, row FROM pairs ORDER BY kind, value, row")
        self._database.executemany("INSERT INTO facets VALUES (?, ?, ?, ?)", _facets(sorted_pairs))
        execute("DROP TABLE pairs")
        execute("CREATE INDEX facets_by_count ON facets (kind, count DESC, value)")

    def _known(self, column: str, values: Sequence[str]) -> dict[str, int]:
        known: dict[str, int] = {}
        for start in range(0, len(values), 500):
            part = values[start : start + 500]
            statement = f"SELECT {column}, row FROM items WHERE {column} IN ({', '.join('?' * len(part))})"
            known.update(self._database.execute(statement, part).fetchall())
        return known


def _values(row: int, item: Item, key: str) -> tuple[object, ...]:
    fields: Mapping[str, object] = {
        **item.__dict__,
        "labels": json.dumps(item.labels, ensure_ascii=False),
        "focus": f"{item.focus[0]:.2f} {item.focus[1]:.2f}",
    }
    return (row, key, *(fields[name] for name in ITEM_COLUMNS))


def _pairs(batch: Iterable[tuple[int, str, str, str]]) -> Iterator[tuple[str, str, int]]:
    for row, labels, category, taken in batch:
        yield from ((LABEL, label, row) for label in dict.fromkeys(json.loads(labels)))
        yield from ((CATEGORY, part, row) for part in lineage(category))
        yield from ((kind, period, row) for kind, period in zip((YEAR, MONTH, DAY), periods(taken), strict=False))


def _facets(sorted_pairs: Iterable[tuple[str, str, int]]) -> Iterator[tuple[str, str, int, bytes]]:
    for (kind, value), group in groupby(sorted_pairs, key=lambda pair: pair[:2]):
        rows = np.fromiter((row for _, _, row in group), dtype="<i4")
        yield kind, value, len(rows), rows.tobytes()
