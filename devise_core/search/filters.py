"""Which pictures of a collection to show, by what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.datatypes import Item
from devise_core.search.ranking import Mask


@dataclass(frozen=True)
class Filter:
    """Conditions that all hold: in one of ``categories``, with one of ``labels``, in and with none of the others.

    A category holds all below it: "animals" that of "animals/birds". No categories or no labels ask for nothing.
    """

    categories: Collection[str] = ()
    labels: Collection[str] = ()
    not_categories: Collection[str] = ()
    not_labels: Collection[str] = ()

    def __bool__(self) -> bool:
        return any((self.categories, self.labels, self.not_categories, self.not_labels))

    def mask(self, items: Sequence[Item]) -> Mask:
        """Whether each of ``items`` ``(n,)`` passes."""
        return np.fromiter((self._passes(item) for item in items), dtype=np.bool_, count=len(items))

    def _passes(self, item: Item) -> bool:
        kinds = set(lineage(item.category))
        return (
            (not self.categories or not kinds.isdisjoint(self.categories))
            and (not self.labels or not set(item.labels).isdisjoint(self.labels))
            and kinds.isdisjoint(self.not_categories)
            and set(item.labels).isdisjoint(self.not_labels)
        )


def lineage(category: str) -> list[str]:
    """ "animals/birds" → "animals", "animals/birds"."""
    parts = category.split("/") if category else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def all_categories(items: Iterable[Item]) -> list[str]:
    """Every category and those above it, in order."""
    return sorted({kind for item in items for kind in lineage(item.category)})


def all_labels(items: Iterable[Item]) -> list[str]:
    """Every label, in order."""
    return sorted({label for item in items for label in item.labels})
