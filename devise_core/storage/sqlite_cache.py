"""Keep computed values in an SQLite file. The file stays valid if the process is interrupted at any moment."""

from __future__ import annotations

import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

from devise_core.errors import DeviseError

Key = TypeVar("Key")
Row = TypeVar("Row")


class SqliteCache(ABC, Generic[Key, Row]):
    """A table of rows by key. Safe to use from several threads.

    A subclass names the table and its columns. The subclass also converts keys to texts, rows to bytes, and bytes back to rows.
    A method raises the subclass's ``error`` if the file is damaged or the disk is full.

    Args:
        path: The file. If the file or its folder is missing, it is made. None keeps the rows in memory.
    """

    table: ClassVar[str]
    key_columns: ClassVar[tuple[str, ...]]
    value_columns: ClassVar[tuple[str, ...]]
    error: ClassVar[type[DeviseError]]
    remedy: ClassVar[str] = "Make room on its disk, or delete the file, which holds only what can be computed again."

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._lock = path, threading.Lock()
        columns = [f"{name} TEXT NOT NULL" for name in self.key_columns] + [_value_column(name) for name in self.value_columns]
        with self._database_errors():
            self._database = sqlite3.connect(path or ":memory:", check_same_thread=False)
            self._database.execute("PRAGMA secure_delete = ON")  # a deleted thumbnail is overwritten
            self._database.execute(
                f"CREATE TABLE IF NOT EXISTS {self.table} ({', '.join(columns)}, PRIMARY KEY ({', '.join(self.key_columns)}))"
            )
            self._add_missing_columns()

    @abstractmethod
    def _key(self, key: Key) -> tuple[str, ...]:
        """Return the values of ``key_columns`` for a key."""

    @abstractmethod
    def _pack(self, row: Row) -> tuple[bytes, ...]:
        """Return the values of ``value_columns`` for a row."""

    @abstractmethod
    def _unpack(self, values: tuple[bytes, ...]) -> Row | None:
        """Return the row that has these ``values``, or None if the values can no longer be used."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def get(self, key: Key) -> Row | None:
        """Return the row of ``key``, or None if there is no usable row."""
        where = " AND ".join(f"{name} = ?" for name in self.key_columns)
        query = f"SELECT {', '.join(self.value_columns)} FROM {self.table} WHERE {where}"
        with self._lock, self._database_errors():
            values = self._database.execute(query, self._key(key)).fetchone()
        return None if values is None else self._unpack(values)

    def put(self, rows: Mapping[Key, Row]) -> None:
        """Write all ``rows``. If an error occurs, none of them is written."""
        names = (*self.key_columns, *self.value_columns)
        statement = f"INSERT OR REPLACE INTO {self.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        values = [(*self._key(key), *self._pack(row)) for key, row in rows.items()]
        with self._lock, self._database_errors(), self._database:
            self._database.executemany(statement, values)

    def _add_missing_columns(self) -> None:
        """Add the value columns that are missing in a file from an earlier version. The existing rows have empty values there."""
        there = {row[1] for row in self._database.execute(f"PRAGMA table_info({self.table})")}
        for name in (name for name in self.value_columns if name not in there):
            self._database.execute(f"ALTER TABLE {self.table} ADD COLUMN {_value_column(name)}")

    def _delete_others(self, column: str, value: str) -> None:
        """Delete the rows in which ``column`` is not ``value``."""
        with self._lock, self._database_errors(), self._database:
            self._database.execute(f"DELETE FROM {self.table} WHERE {column} != ?", (value,))

    @contextmanager
    def _database_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            may_not_write = any(part in str(error) for part in ("readonly", "unable to open"))
            remedy = "Check that you may write to its folder." if may_not_write else self.remedy
            raise self.error(f"{self._path} cannot be read or written ({error}). {remedy}") from error


def _value_column(name: str) -> str:
    return f"{name} BLOB NOT NULL DEFAULT x''"
