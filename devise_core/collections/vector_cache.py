"""What was computed of each picture, by the SHA-256 of its file and of the model: in SQLite, which survives interruption."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.errors import CollectionError
from devise_core.vectors import Floats


@dataclass(frozen=True)
class Cached:
    """``features`` ``(f,)``, ``embedding`` ``(d,)`` and the thumbnail's bytes of one picture."""

    features: Floats
    embedding: Floats
    thumbnail: bytes


class VectorCache:
    """One file for one collection. Rows of another model are never found, and are dropped. All of it raises ``CollectionError``."""

    def __init__(self, path: Path, model: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock, self._path, self._model = threading.Lock(), path, model
        with self._told():
            self._database = sqlite3.connect(path, check_same_thread=False)
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, model TEXT NOT NULL, "
                "features BLOB NOT NULL, embedding BLOB NOT NULL, thumbnail BLOB NOT NULL)"
            )
            self._database.execute("DELETE FROM vectors WHERE model != ?", (model,))
            self._database.commit()

    def get(self, key: str) -> Cached | None:
        with self._lock, self._told():
            row = self._database.execute(
                "SELECT features, embedding, thumbnail FROM vectors WHERE key = ? AND model = ?",
                (key, self._model),
            ).fetchone()
        if row is None:
            return None
        return Cached(np.frombuffer(row[0], np.float32), np.frombuffer(row[1], np.float32), row[2])

    def put(self, rows: Mapping[str, Cached]) -> None:
        """Keep ``rows``, all of them or none."""
        with self._lock, self._told(), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        key,
                        self._model,
                        row.features.astype(np.float32).tobytes(),
                        row.embedding.astype(np.float32).tobytes(),
                        row.thumbnail,
                    )
                    for key, row in rows.items()
                ],
            )

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors, a full disk and a damaged file among them, as ``CollectionError``."""
        try:
            yield
        except sqlite3.Error as error:
            raise CollectionError(
                f"{self._path} cannot be read or written ({error}): make room on its disk, or delete the file, "
                "which holds only what can be computed again."
            ) from error
