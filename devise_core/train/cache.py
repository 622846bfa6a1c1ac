"""Features by what they were made from: a file, a backbone, a view. In SQLite, which survives interruption."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np

from devise_core.errors import BuildError
from devise_core.vectors import Floats


class FeatureCache:
    """The features of any pictures from any backbones. ``None`` for a path keeps them in memory alone."""

    def __init__(self, path: Path | None, backbone: str, width: int) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._backbone, self._bytes = path, backbone, 4 * width
        with self._explained():
            self._database = sqlite3.connect(path or ":memory:")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS features (key TEXT, backbone TEXT, view TEXT, "
                "features BLOB NOT NULL, PRIMARY KEY (key, backbone, view)) WITHOUT ROWID"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def get(self, key: str, view: str) -> Floats | None:
        """``(f,)`` of the file whose SHA-256 is ``key``; None where it is not kept."""
        with self._explained():
            row = self._database.execute(
                "SELECT features FROM features WHERE key = ? AND backbone = ? AND view = ?", (key, self._backbone, view)
            ).fetchone()
        return np.frombuffer(row[0], np.float32) if row and len(row[0]) == self._bytes else None

    def put(self, rows: Mapping[tuple[str, str], Floats]) -> None:
        """Keep ``rows`` by key and view, all of them or none."""
        with self._explained(), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO features VALUES (?, ?, ?, ?)",
                [(key, self._backbone, view, np.asarray(row, np.float32).tobytes()) for (key, view), row in rows.items()],
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise BuildError(
                f"The cache of features at {self._path} cannot be used ({error}): make room, delete it, or leave it "
                "out with --no-cache."
            ) from error
