"""The options that keep or leave out images by category, label and date."""

from __future__ import annotations

import argparse
from typing import Literal

from devise_core.engine import Engine
from devise_core.errors import QueryError
from devise_core.search.conditions import AnyOf, Condition, HasLabel, InCategory, TakenIn, period_given
from devise_core.search.filters import Filter
from devise_core.text.unmodelled import quoted

_NAMED = 8
"""How many categories or labels of the collection the message names if no image has the given one."""


def add_filters(command: argparse.ArgumentParser) -> None:
    """Add ``--category``, ``--label``, ``--not-category``, ``--not-label`` and ``--taken``. Each can be repeated."""
    group = command.add_argument_group("filters", "Each of them can be repeated.")
    for flag, metavar, purpose in (
        ("--category", "NAME", "keep only images in this category or below it. Repeat it to keep the images of several categories"),
        ("--label", "WORD", "keep only images with this label. Repeat it to keep the images with any of several labels"),
        ("--not-category", "NAME", "leave out images in this category or below it"),
        ("--not-label", "WORD", "leave out images with this label"),
        ("--taken", "DATE", "keep only photos taken in this year or month or on this day: 2019, 2019-05 or 2019-05-03"),
    ):
        group.add_argument(flag, action="append", default=[], metavar=metavar, help=purpose)


def filter_of(options: argparse.Namespace, engine: Engine) -> Filter:
    """Return the filter that the options describe.

    Raises:
        QueryError: No image has one of the labels or is in one of the categories, or no photo is of any of the dates.
    """
    _check(engine, "category", [*options.category, *options.not_category])
    _check(engine, "label", [*options.label, *options.not_label])
    _check_dates(engine, options.taken)
    return Filter(
        categories=options.category,
        labels=options.label,
        not_categories=options.not_category,
        not_labels=options.not_label,
        taken=options.taken,
    )


def filter_facts(chosen: Filter) -> dict[str, dict[str, list[str]]]:
    """Return the filters for ``--json``: each option without its dashes, and its values. Return nothing without a filter."""
    values = {
        "category": chosen.categories,
        "label": chosen.labels,
        "not_category": chosen.not_categories,
        "not_label": chosen.not_labels,
        "taken": chosen.taken,
    }
    return {"filters": {name: list(given) for name, given in values.items() if given}} if chosen else {}


def _check(engine: Engine, kind: Literal["category", "label"], values: list[str]) -> None:
    """Raise ``QueryError`` if no image has one of the values."""
    for value in values:
        if _is_there(engine, InCategory(value) if kind == "category" else HasLabel(value)):
            continue
        known = list(engine.collection.facets(kind, _NAMED))
        plural = "categories" if kind == "category" else "labels"
        has = f"Its most frequent {plural} are {quoted(known)}." if known else f"Its images have no {plural}."
        raise QueryError(f"No image of {engine.collection.name} has the {kind} “{value}”. {has}")


def _check_dates(engine: Engine, dates: list[str]) -> None:
    """Raise ``QueryError`` if a date is not valid, or if no photo was taken in any of the periods."""
    if not dates or _is_there(engine, AnyOf(tuple(TakenIn(period_given(date)) for date in dates))):
        return
    years = sorted(engine.collection.facets("year"))
    span = f"Its photos are from {years[0]} to {years[-1]}." if years else "Its images have no dates."
    raise QueryError(f"No photo of {engine.collection.name} was taken in {' or '.join(dates)}. {span}")


def _is_there(engine: Engine, condition: Condition) -> bool:
    return engine.collection.count_inside(engine.collection.inside(condition)) > 0
