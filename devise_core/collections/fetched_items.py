"""Items that are read when they are asked for, several at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from devise_core.datatypes import Item

AT_A_TIME = 500
"""How many items one SQL statement reads. SQLite limits the number of values in a statement."""


class FetchedItems(Sequence[Item], ABC):
    """A sequence of items that reads an item only when it is asked for."""

    at_a_time = AT_A_TIME
    """How many items each call of ``at`` reads during an iteration over all items."""

    @abstractmethod
    def at(self, rows: Iterable[int]) -> list[Item]:
        """Return the items at ``rows``, in that order."""

    @overload
    def __getitem__(self, row: int) -> Item: ...
    @overload
    def __getitem__(self, row: slice) -> list[Item]: ...
    def __getitem__(self, row: int | slice) -> Item | list[Item]:
        """Return the item at ``row``, or the items of a slice."""
        rows = range(len(self))[row]
        return self.at(rows) if isinstance(rows, range) else self.at([rows])[0]

    def __iter__(self) -> Iterator[Item]:
        for start in range(0, len(self), self.at_a_time):
            yield from self[start : start + self.at_a_time]
