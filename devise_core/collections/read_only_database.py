"""Read the SQLite files of collections, which are not trusted because somebody else may have written them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devise_core.errors import ArtifactError

TIME_LIMIT = 30.0
"""How many seconds a statement may take. The slowest statement of this project takes 0.1 seconds for a million images."""
_ERRORS = (sqlite3.Error, ValueError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError)
"""The errors that reading a malformed file can raise. Some messages of SQLite are not UTF-8, and cannot be decoded."""
_STEPS = 100_000
"""After this many steps of SQLite's virtual machine, the time is checked again."""


class _LimitedConnection(sqlite3.Connection):
    """A connection that ends a statement after ``TIME_LIMIT``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline = float("inf")
        self.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement, as ``sqlite3.Connection.execute`` does."""
        self._deadline = time.monotonic() + TIME_LIMIT
        return super().execute(sql, parameters)


def open_read_only(path: Path, tables: Collection[str]) -> sqlite3.Connection:
    """Open an SQLite file for reading. Views and triggers are refused, because they could make a statement do other work.

    Args:
        path: A file that is not written to any more.
        tables: The tables that the file must have. Tables that SQLite adds for a full-text table are allowed too. Their names
            begin with the name of the full-text table.

    Raises:
        ArtifactError: The file lacks a table, or has other tables, views or triggers.
        sqlite3.Error: The file is not an SQLite file, or is damaged.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(address, uri=True, check_same_thread=False, factory=_LimitedConnection)
    database.execute("PRAGMA trusted_schema = OFF")
    schema = database.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    names = {name for kind, name, _ in schema if kind == "table"}
    others = [name for name in names if name not in tables and not str(name).startswith(tuple(f"{table}_" for table in tables))]
    if others or not names.issuperset(tables) or any(kind not in {"table", "index"} for kind, *_ in schema):
        raise ArtifactError(f"{path} does not have the tables that this project writes. Make the collection again.")
    return database


@contextmanager
def database_errors(source: Path | str) -> Iterator[None]:
    """Turn errors that the block raises on a malformed database into an ``ArtifactError`` that names ``source``."""
    try:
        yield
    except _ERRORS as error:
        raise ArtifactError(f"{source} cannot be read ({error}). Make the collection again.") from error


def check_types(rows: Sequence[tuple[Any, ...]], *types: type) -> None:
    """Check the types of the values that a statement returned, because SQLite stores any type in any column.

    Raises:
        TypeError: A value has another type.
    """
    for column, expected in zip(zip(*rows, strict=True), types, strict=True) if rows else ():
        if set(map(type, column)) != {expected}:
            raise TypeError("a value has the wrong type")
