"""The items of a large collection with added images: one table for the first images and one for each segment (``segments.py``)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np

from devise_core.collections.contract import SortKey
from devise_core.collections.item_table import ItemTable, StoredItems
from devise_core.datatypes import Item
from devise_core.vectors import Rows

Read = TypeVar("Read")


class JoinedItems(StoredItems):
    """Several tables as one. The rows of each table follow those of the table before it.

    Args:
        tables: The tables. No id is in two tables.
    """

    def __init__(self, tables: Sequence[ItemTable]) -> None:
        self.tables = tables
        self._starts = np.cumsum([0, *map(len, tables)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def at(self, rows: Iterable[int]) -> list[Item]:
        """Return the items at ``rows``, in that order."""
        return self._read(rows, ItemTable.at)

    def sort_keys(self, rows: Iterable[int], by: SortKey) -> list[str]:
        """Return the names or the dates of the items at ``rows``, to sort them by."""
        return self._read(rows, lambda table, part: table.sort_keys(part, by))

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an id, or None."""
        for start, table in zip(self._starts, self.tables, strict=False):
            row = table.row_of(item_id)
            if row is not None:
                return int(start) + row
        return None

    def with_keys(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, for those of ``ids`` (at most 500) that exist."""
        return {item_id: each for table in self.tables for item_id, each in table.with_keys(ids).items()}

    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that come after ``text`` in alphabetical order."""
        return list(islice(heapq.merge(*(table.ids_like(text, k) for table in self.tables)), k))

    def with_label(self, label: str) -> Rows:
        """Return the rows of the images with a label."""
        return self._postings([table.with_label(label) for table in self.tables])

    def in_category(self, category: str) -> Rows:
        """Return the rows of the images in a category or below it."""
        return self._postings([table.in_category(category) for table in self.tables])

    def taken_in(self, period: str) -> Rows:
        """Return the rows of the photos taken in a period, as ``TakenIn`` takes it."""
        return self._postings([table.taken_in(period) for table in self.tables])

    def facets(self, kind: str, most: int) -> dict[str, int]:
        """Return the ``most`` most frequent labels, categories or years, each with the number of its images.

        A value that is in no segment and not among the ``most`` most frequent of the first table cannot be in the result, so it is
        not counted.
        """
        first, *others = self.tables
        added = list(dict.fromkeys(value for table in others for value in table.facets(kind, len(self))))
        totals = first.facets(kind, most) | first.counts(kind, added)
        for table in others:
            for value, count in table.facets(kind, len(self)).items():
                totals[value] = totals.get(value, 0) + count
        return dict(sorted(totals.items(), key=lambda facet: (-facet[1], facet[0]))[:most])

    def _postings(self, rows: Sequence[Rows]) -> Rows:
        return np.concatenate([start + each for start, each in zip(self._starts, rows, strict=False)])

    def _read(self, rows: Iterable[int], read: Callable[[ItemTable, Iterable[int]], list[Read]]) -> list[Read]:
        """Call ``read`` once for each table that has any of ``rows``, and return all values in the order of ``rows``."""
        wanted = np.fromiter((int(row) for row in rows), dtype=np.int64)
        owners = np.searchsorted(self._starts, wanted, side="right") - 1
        values = dict[int, Read]()
        for owner in np.unique(owners):
            places = np.flatnonzero(owners == owner)
            parts = read(self.tables[owner], (wanted[places] - self._starts[owner]).tolist())
            values.update(zip(places.tolist(), parts, strict=True))
        return [values[place] for place in range(len(wanted))]
