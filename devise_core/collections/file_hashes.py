"""The SHA-256 of image files, kept so that a file that has not changed is not read again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from devise_core.errors import CollectionError
from devise_core.storage.manifest import sha256_of
from devise_core.storage.sqlite_cache import SqliteCache

_SETTLED = 2.0
"""In seconds. The hash of a file written more recently is not kept, since another write might not change the file's time."""


class FileHashes(SqliteCache[Path, tuple[str, str]]):
    """The SHA-256 of each file, by path, with the size, the times and the inode that the file had.

    Args:
        path: The file of the cache.
    """

    table, error = "hashes", CollectionError
    key_columns, value_columns = ("path",), ("stamp", "sha256")

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._computed = dict[Path, tuple[str, str]]()

    def of(self, file: Path) -> str:
        """Return the SHA-256 of a file, which is read only if it has changed. Raises ``OSError`` if the file cannot be read."""
        status = file.stat()
        stamp = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
        known = self.get(file)
        if known and known[0] == stamp:
            return known[1]
        sha256 = sha256_of(file)
        if time.time() - status.st_mtime > _SETTLED:
            self._computed[file] = stamp, sha256
        return sha256

    def save(self) -> None:
        """Write the hashes that were computed to the cache."""
        self.put({file: self._computed.pop(file) for file in list(self._computed)})

    def forget_others(self, files: Iterable[Path]) -> None:
        """Delete the rows of files that are not among ``files``, so that the name of a deleted image is not kept."""
        with self._lock, self._database_errors(), self._database:
            self._database.execute("CREATE TEMP TABLE used (path TEXT PRIMARY KEY)")
            self._database.executemany("INSERT OR IGNORE INTO used VALUES (?)", (self._key(file) for file in files))
            self._database.execute(f"DELETE FROM {self.table} WHERE path NOT IN (SELECT path FROM used)")
            self._database.execute("DROP TABLE used")

    def _key(self, key: Path) -> tuple[str, ...]:
        return (os.fsencode(key).hex(),)  # a name may hold any bytes, and SQLite stores text

    def _pack(self, row: tuple[str, str]) -> tuple[bytes, ...]:
        return row[0].encode(), bytes.fromhex(row[1])

    def _unpack(self, values: tuple[bytes, ...]) -> tuple[str, str]:
        return values[0].decode(), values[1].hex()
