"""The backbone's features of each image file, kept so that the next training run does not compute them again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devise_core.errors import BuildError
from devise_core.storage.sqlite_cache import SqliteCache
from devise_core.vectors import Floats


class FeatureCache(SqliteCache[tuple[str, str], Floats]):
    """Keeps features by the SHA-256 of an image file and the name of a view of the image (see ``views.py``).

    One cache file serves any number of backbones and data sets.

    Args:
        path: The cache file, or None to keep the features in memory.
        backbone: ``Backbone.identity``, which changes with anything the features depend on.
        width: The number ``f`` of features of an image.
    """

    table, error = "features", BuildError
    key_columns, value_columns = ("key", "backbone", "view"), ("features",)
    remedy = "Make room on its disk, delete it, or leave it out with --no-cache."

    def __init__(self, path: Path | None, backbone: str, width: int) -> None:
        self._backbone, self._bytes = backbone, 4 * width
        super().__init__(path)

    def _key(self, key: tuple[str, str]) -> tuple[str, ...]:
        sha256, view = key
        return sha256, self._backbone, view

    def _pack(self, row: Floats) -> tuple[bytes, ...]:
        return (np.asarray(row, np.float32).tobytes(),)

    def _unpack(self, values: tuple[bytes, ...]) -> Floats | None:
        return np.frombuffer(values[0], np.float32) if len(values[0]) == self._bytes else None
