"""Filters: which images of a collection to show, by their categories and labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.datatypes import Item
from devise_core.search.ranking import Mask


@dataclass(frozen=True)
class Filter:
    """Conditions that an image must all satisfy. Every image satisfies an empty condition.

    A category includes those below it: "animals" includes "animals/birds".

    Attributes:
        categories: It is in one of these categories.
        labels: It has one of these labels.
        not_categories: It is in none of these categories.
        not_labels: It has none of these labels.
    """

    categories: Collection[str] = ()
    labels: Collection[str] = ()
    not_categories: Collection[str] = ()
    not_labels: Collection[str] = ()

    def __bool__(self) -> bool:
        return any((self.categories, self.labels, self.not_categories, self.not_labels))

    def mask(self, items: Sequence[Item]) -> Mask:
        """Return for each of ``items`` whether it passes, ``(n,)``."""
        return np.fromiter((self._passes(item) for item in items), dtype=np.bool_, count=len(items))

    def _passes(self, item: Item) -> bool:
        categories = set(lineage(item.category))
        return (
            (not self.categories or not categories.isdisjoint(self.categories))
            and (not self.labels or not set(item.labels).isdisjoint(self.labels))
            and categories.isdisjoint(self.not_categories)
            and set(item.labels).isdisjoint(self.not_labels)
        )


def lineage(category: str) -> list[str]:
    """Return a category and those above it: "animals/birds" → ["animals", "animals/birds"]."""
    parts = category.split("/") if category else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def all_categories(items: Iterable[Item]) -> list[str]:
    """Return every category and those above it, sorted."""
    return sorted({category for item in items for category in lineage(item.category)})


def all_labels(items: Iterable[Item]) -> list[str]:
    """Return every label, sorted."""
    return sorted({label for item in items for label in item.labels})
