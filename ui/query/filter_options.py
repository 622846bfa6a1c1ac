"""The categories, labels and years that a visitor can filter by."""

from __future__ import annotations

from devise_core.collections.contract import Facet
from devise_core.engine import Engine
from ui import url_state

YEAR = "year"
"""The parameter of the filter by year in the address."""
FILTERS: tuple[tuple[Facet, str], ...] = (
    ("category", "in"),
    ("label", "label"),
    ("category", "out"),
    ("label", "no"),
    ("year", YEAR),
)
"""What each filter is about, and its parameter in the address."""
FILTER_TEXTS = (
    ("Category", "Any category"),
    ("Label", "Any label"),
    ("Exclude categories", "None"),
    ("Exclude labels", "None"),
    ("Year", "Any year"),
)
"""The label and the placeholder of each filter, in the order of ``FILTERS``."""


def filter_options(engine: Engine, kind: Facet, name: str) -> list[str]:
    """Return the options of a filter: the most frequent categories or labels, and those in the address, or all years.

    Args:
        engine: The engine over the collection.
        kind: What to list.
        name: The parameter of the filter. A category or label in a link is an option even if it is rare.

    Returns:
        Categories and labels in alphabetical order, or years, newest first.
    """
    if kind == "year":
        return years(engine)
    about, postings = engine.collection.about, engine.collection.postings
    listed = about.categories if kind == "category" else about.labels
    rows_of = postings.in_category if kind == "category" else postings.with_label
    others = [value for value in url_state.read_all(name) if value not in listed and len(rows_of(value))]
    return sorted({*listed, *others})


def years(engine: Engine) -> list[str]:
    """Return the years in which the photos of the collection were taken, newest first."""
    return sorted(engine.collection.facets("year"), reverse=True)
