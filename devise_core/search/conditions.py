"""Conditions that images must satisfy. ``mask_of`` evaluates them with ``Postings``. For Milvus they become filter expressions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

import numpy as np

from devise_core.datatypes import Item
from devise_core.errors import QueryError, shortened
from devise_core.search.ranking import Mask
from devise_core.vectors import Rows

PERIOD = "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
"""Matches a year, a month or a day, as ``TakenIn`` takes it."""


class Condition:
    """A condition. Combine conditions with ``&``, ``|`` and ``~``, not with ``and``, ``or`` and ``not``.

    Example:
        >>> from devise_core.search.conditions import HasLabel, InCategory
        >>> [hit.name for hit in engine.search_text("music", k=2, where=InCategory("hobbies") & ~HasLabel("violin"))]
        ['drum kit', 'floor tom drum']
    """

    def __and__(self, other: Condition) -> Condition:
        return All((self, other))

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((self, other))

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> NoReturn:
        """Refuse ``a and b``, which would be ``b`` alone."""
        raise TypeError("Combine conditions with &, | and ~.")


@dataclass(frozen=True)
class HasLabel(Condition):
    """The image has this label."""

    label: str


@dataclass(frozen=True)
class InCategory(Condition):
    """The image is in this category, or in one below it: "animals" includes "animals/birds"."""

    category: str


@dataclass(frozen=True)
class HasId(Condition):
    """The image has this id."""

    id: str


@dataclass(frozen=True)
class TakenIn(Condition):
    """The photo was taken in this year or month or on this day: "2019", "2019-05" or "2019-05-03"."""

    period: str


@dataclass(frozen=True)
class All(Condition):
    """All of ``parts`` are satisfied. If there are no parts, every image satisfies the condition."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one of ``parts`` is satisfied. If there are no parts, no image satisfies the condition."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Not(Condition):
    """The condition ``part`` is not satisfied."""

    part: Condition


EVERYTHING = All()
"""The condition that every image satisfies."""


class Postings(Protocol):
    """For each label, category, period and id, the rows of the images that have it."""

    def __len__(self) -> int:
        """Return the number of images."""

    def with_label(self, label: str) -> Rows:
        """Return the rows of the images with a label."""

    def in_category(self, category: str) -> Rows:
        """Return the rows of the images in a category or below it."""

    def taken_in(self, period: str) -> Rows:
        """Return the rows of the photos taken in a period, as ``TakenIn`` takes it."""

    def row_of(self, item_id: str) -> int | None:
        """Return the row of the image with an id, or None if no image has the id."""


def mask_of(condition: Condition, postings: Postings) -> Mask:  # noqa: PLR0911  one for each kind
    """Return for each image whether it satisfies ``condition`` ``(n,)``.

    Raises:
        TypeError: The condition, or a part of it, is of an unknown class.
    """
    match condition:
        case All(parts):
            return _joined(parts, postings, True)
        case AnyOf(parts):
            return _joined(parts, postings, False)
        case Not(part):
            return ~mask_of(part, postings)
        case HasLabel(label):
            return _mask(postings.with_label(label), len(postings))
        case InCategory(category):
            return _mask(postings.in_category(category), len(postings))
        case TakenIn(period):
            return _mask(postings.taken_in(period), len(postings))
        case HasId(item_id):
            row = postings.row_of(item_id)
            return _mask([] if row is None else [row], len(postings))
    raise TypeError(f"A condition is an instance of a class in devise_core.search.conditions. Received: {condition!r}")


def satisfies(condition: Condition, item: Item) -> bool:  # noqa: PLR0911  one for each kind
    """Return whether one image satisfies a condition. This function defines what the conditions mean.

    Raises:
        TypeError: The condition, or a part of it, is of an unknown class.
    """
    match condition:
        case All(parts):
            return all(satisfies(part, item) for part in parts)
        case AnyOf(parts):
            return any(satisfies(part, item) for part in parts)
        case Not(part):
            return not satisfies(part, item)
        case HasLabel(label):
            return label in item.labels
        case InCategory(category):
            return category in lineage(item.category)
        case TakenIn(period):
            return period in periods(item.taken)
        case HasId(item_id):
            return item.id == item_id
    raise TypeError(f"A condition is an instance of a class in devise_core.search.conditions. Received: {condition!r}")


def period_given(text: str) -> str:
    """Return ``text``, or raise ``QueryError`` if it is not a year, a month or a day as ``TakenIn`` takes it."""
    if not re.fullmatch(PERIOD, text):
        raise QueryError(f"“{shortened(text)}” is not a date. Write it as 2019, 2019-05 or 2019-05-03.")
    return text


def lineage(category: str) -> list[str]:
    """Return a category and the categories above it: "animals/birds" → ["animals", "animals/birds"]."""
    parts = category.split("/") if category else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def periods(taken: str) -> list[str]:
    """Return the year, the month and the day of a date (``Item.taken``): "2019-05-03" → ["2019", "2019-05", "2019-05-03"]."""
    day, _, _ = taken.partition("T")
    return [day[:end] for end in (4, 7, 10) if end <= len(day)] if re.fullmatch(PERIOD, day) else []


class ItemPostings:
    """The postings of items in memory.

    Args:
        items: The items.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._count = len(items)
        self._rows = {item.id: row for row, item in enumerate(items)}
        labels, categories, dates = (defaultdict[str, list[int]](list) for _ in range(3))
        for row, item in enumerate(items):
            for label in dict.fromkeys(item.labels):
                labels[label].append(row)
            for category in lineage(item.category):
                categories[category].append(row)
            for period in periods(item.taken):
                dates[period].append(row)
        self.labels, self.categories, self.periods = dict(labels), dict(categories), dict(dates)
        self.years = {period: rows for period, rows in dates.items() if len(period) == len("2019")}

    def __len__(self) -> int:
        return self._count

    def with_label(self, label: str) -> Rows:
        """Return the rows of the images with a label."""
        return np.asarray(self.labels.get(label, ()), dtype=np.int64)

    def in_category(self, category: str) -> Rows:
        """Return the rows of the images in a category or below it."""
        return np.asarray(self.categories.get(category, ()), dtype=np.int64)

    def taken_in(self, period: str) -> Rows:
        """Return the rows of the photos taken in a period, as ``TakenIn`` takes it."""
        return np.asarray(self.periods.get(period, ()), dtype=np.int64)

    def row_of(self, item_id: str) -> int | None:
        """Return the row of the image with an id, or None if no image has the id."""
        return self._rows.get(item_id)


def _joined(parts: Iterable[Condition], postings: Postings, every: bool) -> Mask:
    mask = np.full(len(postings), every, dtype=np.bool_)
    for part in parts:
        mask = mask & mask_of(part, postings) if every else mask | mask_of(part, postings)
    return mask


def _mask(rows: Rows | list[int], count: int) -> Mask:
    mask = np.zeros(count, dtype=np.bool_)
    mask[rows] = True
    return mask
