"""The categories and labels that a visitor can filter by."""

from __future__ import annotations

from typing import Literal

from devise_core.engine import Engine
from ui import url_state

Kind = Literal["category", "label"]
FILTERS: tuple[tuple[Kind, str], ...] = (("category", "in"), ("label", "label"), ("category", "out"), ("label", "no"))
"""For each filter, whether it is about categories or labels, and the name of its parameter in the address."""
FILTER_TEXTS = (
    ("Category", "Any category"),
    ("Label", "Any label"),
    ("Exclude categories", "None"),
    ("Exclude labels", "None"),
)
"""The name of each filter on the page, and what it says while it is empty."""


def filter_options(engine: Engine, kind: Kind, name: str) -> list[str]:
    """Return the most frequent categories or labels of the collection, and those in the address, in alphabetical order.

    Args:
        engine: The engine over the collection.
        kind: What to list.
        name: The parameter of the filter. A link can contain a category or label that is too rare to be listed otherwise.
    """
    about, postings = engine.collection.about, engine.collection.postings
    listed = about.categories if kind == "category" else about.labels
    rows_of = postings.in_category if kind == "category" else postings.with_label
    others = [value for value in url_state.read_all(name) if value not in listed and len(rows_of(value))]
    return sorted({*listed, *others})
