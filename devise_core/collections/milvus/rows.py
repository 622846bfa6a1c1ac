"""Read the images of a collection in Milvus by row, and keep the most recently used ones in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from devise_core.collections.fetched_items import FetchedItems
from devise_core.collections.milvus.schema import ITEM_FIELDS, LOOKS, PARTITIONS, SCORE, item_of
from devise_core.collections.milvus.store import AT_A_TIME, MilvusStore
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.vectors import Floats, Rows

IMAGE_FIELDS = ("row", *ITEM_FIELDS, *PARTITIONS, "thumbnail", SCORE)
IMAGES_KEPT, LOOKS_KEPT = 8_192, 2_048
"""How many rows of the parts ``images`` and ``looks`` (``names.py``) are kept. The rows of each part take up to 20 MB."""


class RecentRows:
    """The most recently used rows of one part of a version. Safe to use from several threads.

    Args:
        store: The store of the version.
        part: The name of the part in Milvus.
        fields: The fields to read.
        kept: The most rows to keep.
    """

    def __init__(self, store: MilvusStore, part: str, fields: Sequence[str], kept: int) -> None:
        self._store, self._part, self._fields, self._most = store, part, fields, kept
        self._kept = OrderedDict[int, Mapping[str, Any]]()
        self._lock = threading.Lock()

    def keep(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep rows that a search has returned."""
        with self._lock:
            for row in rows:
                self._kept[int(row["row"])] = _compact(row)
                self._kept.move_to_end(int(row["row"]))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def at(self, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
        """Return the rows with these numbers, in that order.

        Raises:
            CollectionError: There is no row with one of the numbers.
        """
        with self._lock:
            matching = {number: self._kept[number] for number in numbers if number in self._kept}
        missing = [number for number in dict.fromkeys(numbers) if number not in matching]
        for start in range(0, len(missing), AT_A_TIME):
            part = f"row in {missing[start : start + AT_A_TIME]}"
            rows = self._store.connection.query(self._part, part, self._fields)
            self.keep(rows)
            matching |= {int(row["row"]): _compact(row) for row in rows}
        if lost := [number for number in missing if number not in matching]:
            raise CollectionError(f"The collection {self._store.name} in Milvus has no image in row {lost[0]}. Open it again.")
        return [matching[number] for number in numbers]


class MilvusRows:
    """The items and vectors of the images of a version, by row.

    Args:
        store: The store of the version.
    """

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        self.images = RecentRows(store, store.version.images, IMAGE_FIELDS, IMAGES_KEPT)
        self._looks = RecentRows(store, store.version.looks, ("row", LOOKS), LOOKS_KEPT)

    def semantic(self, rows: Rows) -> Floats:
        """Return embeddings ``(n, d)``."""
        return self._scores(rows)[:, : self._store.dimension]

    def concept(self, rows: Rows) -> Floats:
        """Return the vectors that the score needs besides the embeddings, ``(n, c + 1)``."""
        return self._scores(rows)[:, self._store.dimension :]

    def partition(self, rows: Rows) -> Floats:
        """Return the denominators of the softmaxes ``(n, 2)``, as ``PARTITIONS`` names them."""
        matching = self.images.at(rows.tolist())
        return np.asarray([[row[name] for name in PARTITIONS] for row in matching], dtype=np.float32).reshape(-1, len(PARTITIONS))

    def visual(self, rows: Rows) -> Floats:
        """Return features ``(n, f)``."""
        matching = self._looks.at(rows.tolist())
        return np.asarray([row[LOOKS] for row in matching], dtype=np.float32).reshape(-1, self._store.width("visual"))

    def _scores(self, rows: Rows) -> Floats:
        matching = self.images.at(rows.tolist())
        return np.asarray([row[SCORE] for row in matching], dtype=np.float32).reshape(-1, self._store.width("score"))


class MilvusItems(FetchedItems):
    """The items of a version. The ``file`` of each item is the name of its thumbnail.

    Args:
        rows: The images of the version, by row.
        count: The number of images.
    """

    at_a_time = AT_A_TIME

    def __init__(self, rows: MilvusRows, count: int) -> None:
        self._rows, self._count = rows, count

    def __len__(self) -> int:
        return self._count

    def at(self, rows: Iterable[int]) -> list[Item]:
        """Return the items at ``rows``, in that order."""
        matching = self._rows.images.at([int(row) for row in rows])
        return [replace(item_of(row), file=str(row["thumbnail"])) for row in matching]


def _compact(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its vector as an array, which takes an eighth of the memory of a list."""
    vectors = {name: np.asarray(row[name], dtype=np.float32) for name in (SCORE, LOOKS) if name in row}
    return {**row, **vectors}
