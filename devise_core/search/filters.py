"""Filters as a visitor sets them: categories and labels to show or to leave out, and when photos were taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from devise_core.search.conditions import All, AnyOf, Condition, HasLabel, InCategory, Not, TakenIn


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Five conditions, which an image must all satisfy. An empty one is satisfied by every image.

    A category includes the categories below it: "animals" includes "animals/birds".

    Attributes:
        categories: The image is in one of these categories.
        labels: The image has one of these labels.
        not_categories: The image is in none of these categories.
        not_labels: The image has none of these labels.
        taken: The photo was taken in one of these years or months or on one of these days, as ``TakenIn`` writes them.
    """

    categories: Collection[str] = ()
    labels: Collection[str] = ()
    not_categories: Collection[str] = ()
    not_labels: Collection[str] = ()
    taken: Collection[str] = ()

    def __bool__(self) -> bool:
        return any((self.categories, self.labels, self.not_categories, self.not_labels, self.taken))

    @property
    def condition(self) -> Condition:
        """The filter as one condition."""
        parts: list[Condition] = []
        if self.categories:
            parts.append(AnyOf(tuple(map(InCategory, self.categories))))
        if self.labels:
            parts.append(AnyOf(tuple(map(HasLabel, self.labels))))
        if self.taken:
            parts.append(AnyOf(tuple(map(TakenIn, self.taken))))
        parts += (Not(InCategory(category)) for category in self.not_categories)
        parts += (Not(HasLabel(label)) for label in self.not_labels)
        return All(tuple(parts))
