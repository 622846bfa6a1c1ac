"""Ways in which an SQLite file can be malicious, while SQLite finds nothing wrong with it."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress

ENDLESS = "WITH RECURSIVE endless(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM endless) "
VALUES = (
    "NULL",
    "x'6162'",
    "x'ff'",
    "x''",
    "''",
    "-1",
    "1.5",
    "9e999",
    "9223372036854775807",
    "zeroblob(300000)",
    "CAST(x'ff' AS TEXT)",
    "'a' || char(0)",
    "'../../etc/passwd'",
    "'nan nan'",
    "'{}'",
    "'[3]'",
    "'[\"\\ud800\"]'",
    f"'{'[' * 100_000}'",
)
"""What a value is replaced by."""
STATEMENTS = (
    "ALTER TABLE {table} RENAME TO old; CREATE VIEW {table} AS " + ENDLESS + "SELECT n AS row, old.* FROM endless, old",
    "DROP TABLE {table}; CREATE VIEW {table} AS " + ENDLESS + "SELECT n AS {column} FROM endless",
    "DROP TABLE {table}; CREATE TABLE {table} ({column})",
    "DROP TABLE {table}",
    "CREATE TRIGGER other AFTER UPDATE ON {table} BEGIN DELETE FROM {table}; END",
    "CREATE INDEX other ON {table} (length({column}))",
    "ALTER TABLE {table} ADD COLUMN other AS (hex(zeroblob(1000000)))",
    "ALTER TABLE {table} RENAME COLUMN {column} TO other",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})",
    "UPDATE OR IGNORE {table} SET {column} = {column} || {column}",
    "UPDATE OR IGNORE {table} SET {column} = -{column}",
    "UPDATE OR IGNORE {table} SET {column} = {column} + 1000000",
    "UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'BLOB')",
    "UPDATE sqlite_master SET rootpage = 2",
    "UPDATE sqlite_master SET type = 'view' WHERE name = '{table}'",
)
"""What is done to a table and its column. Those that SQLite refuses change nothing."""


def is_database(data: bytes) -> bool:
    """Return whether ``data`` is an SQLite file."""
    return data.startswith(b"SQLite format 3\0")


def changed_by_sql(data: bytes, chance: random.Random) -> bytes:
    """Return an SQLite file in which a value or a table is of another kind."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(data)
        database.execute("PRAGMA writable_schema = ON")
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = chance.choice(tables)
        column = chance.choice([name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")])
        if chance.random() < 0.5:
            one = f" WHERE {column} = (SELECT {column} FROM {table} LIMIT 1)" if chance.random() < 0.5 else ""
            script = f"UPDATE OR IGNORE {table} SET {column} = {chance.choice(VALUES)}{one}"
        else:
            script = chance.choice(STATEMENTS).format(table=table, column=column)
        with suppress(sqlite3.Error):
            database.executescript(script)
        return database.serialize()
