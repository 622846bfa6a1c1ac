"""The options that keep or leave out images by category, label and date."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Literal

from devise_core.engine import Engine
from devise_core.errors import QueryError
from devise_core.search.conditions import Condition, HasLabel, InCategory, TakenIn
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
        QueryError: No image of the collection has one of the labels, is in one of the categories or is of one of the dates.
    """
    _check(engine, "category", [*options.category, *options.not_category])
    _check(engine, "label", [*options.label, *options.not_label])
    _check(engine, "date", options.taken)
    return Filter(options.category, options.label, options.not_category, options.not_label, options.taken)


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


def _check(engine: Engine, kind: Literal["category", "label", "date"], values: list[str]) -> None:
    """Raise ``QueryError`` if no image has one of the values."""
    conditions: dict[str, Callable[[str], Condition]] = {"category": InCategory, "label": HasLabel, "date": TakenIn}
    for value in values:
        if not engine.collection.count_inside(engine.collection.inside(conditions[kind](value))):
            raise QueryError(f"No image of {engine.collection.name} has the {kind} “{value}”. {_has(engine, kind)}")


def _has(engine: Engine, kind: Literal["category", "label", "date"]) -> str:
    """Return a sentence that says what the images have instead."""
    if kind == "date":
        years = sorted(engine.collection.facets("year"))
        if not years:
            return "Its images have no dates."
        span = f"from {years[0]} to {years[-1]}" if len(years) > 1 else f"in {years[0]}"
        return f"Its photos were taken {span}. Write a date as 2019, 2019-05 or 2019-05-03."
    plural, known = ("categories" if kind == "category" else "labels"), list(engine.collection.facets(kind, _NAMED))
    return f"Its most frequent {plural} are {quoted(known)}." if known else f"Its images have no {plural}."
