"""The vectors and thumbnail of each image file, kept so that an interrupted or repeated indexing does not compute them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.encoder_results import is_unit
from devise_core.errors import CollectionError
from devise_core.storage.sqlite_cache import SqliteCache
from devise_core.vectors import Floats

_UNDATED = "-"
"""The date in the row of a file that does not say when it was taken. Rows of earlier versions have no date at all."""


@dataclass(frozen=True)
class CachedVectors:
    """What was computed from one image.

    Attributes:
        features: ``float32 (f,)``.
        embedding: Unit vector, ``float32 (d,)``.
        thumbnail: WebP bytes.
        note: What is wrong with the file although it can be read, or "".
        taken: When the photo was taken (``Item.taken``). None if an earlier version, which did not read it, computed the vectors.
    """

    features: Floats
    embedding: Floats
    thumbnail: bytes
    note: str = ""
    taken: str | None = ""


class VectorCache(SqliteCache[str, CachedVectors]):
    """The cache of one collection, by the SHA-256 of each image file.

    Args:
        path: The file.
        model_id: ``ImageEncoder.model_id``. Rows of other models are deleted when the cache is opened.
    """

    table, error = "vectors", CollectionError
    key_columns, value_columns = ("key", "model"), ("features", "embedding", "thumbnail", "note", "taken")

    def __init__(self, path: Path, model_id: str) -> None:
        self._model_id, self._used = model_id, set[str]()
        super().__init__(path)
        self._delete_others("model", model_id)

    def get(self, key: str) -> CachedVectors | None:
        """Return the row of the image with the SHA-256 ``key``, or None if there is no such row."""
        row = super().get(key)
        if row is not None:
            self._used.add(key)
        return row

    def put(self, rows: Mapping[str, CachedVectors]) -> None:
        """Keep all of ``rows``. If an error occurs, none of them is kept."""
        super().put(rows)
        self._used.update(rows)

    def forget_others(self, keys: Iterable[str] = ()) -> None:
        """Delete the rows that were neither read nor written since the cache was opened, nor before the last call of this method.

        So the vectors of a deleted image are kept for one more run, in which the image may come back.

        Args:
            keys: The SHA-256 of further images whose rows are kept.
        """
        self._used.update(keys)
        with self._lock, self._database_errors(), self._database:
            self._database.execute("CREATE TEMP TABLE used (key TEXT PRIMARY KEY)")
            self._database.executemany("INSERT INTO used VALUES (?)", ((key,) for key in self._used))
            self._database.execute("CREATE TABLE IF NOT EXISTS unused (key TEXT PRIMARY KEY)")
            self._database.execute("DELETE FROM unused WHERE key IN (SELECT key FROM used)")
            self._database.execute(f"DELETE FROM {self.table} WHERE key IN (SELECT key FROM unused)")
            self._database.execute("DELETE FROM unused")
            self._database.execute(f"INSERT INTO unused SELECT key FROM {self.table} WHERE key NOT IN (SELECT key FROM used)")
            self._database.execute("DROP TABLE used")

    def _key(self, key: str) -> tuple[str, ...]:
        return key, self._model_id

    def _pack(self, row: CachedVectors) -> tuple[bytes, ...]:
        vectors = row.features.astype(np.float32).tobytes(), row.embedding.astype(np.float32).tobytes()
        return *vectors, row.thumbnail, row.note.encode(), b"" if row.taken is None else (row.taken or _UNDATED).encode()

    def _unpack(self, values: tuple[bytes, ...]) -> CachedVectors | None:
        """Return the row, or None if its vectors cannot be used. Earlier versions kept what a faulty encoder returned."""
        vectors = np.frombuffer(values[0], np.float32), np.frombuffer(values[1], np.float32)
        if not (is_unit(vectors[1]) and np.isfinite(vectors[0]).all() and vectors[0].any()):
            return None
        taken = values[4].decode()
        return CachedVectors(*vectors, values[2], values[3].decode(), None if not taken else taken.removeprefix(_UNDATED))
