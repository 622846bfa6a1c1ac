"""How well a collection's own categories are found by their words: the easy and the hard queries of what is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.metrics import Relevant, average_precision

FEWEST = 4
"""Pictures that a category needs: with fewer, one of them decides."""


@dataclass(frozen=True)
class Asked:
    """A category asked for by its word. ``pictures``: how many of ``total`` belong to it."""

    query: str
    average_precision: float
    pictures: int
    total: int


def members(categories: Sequence[str], word: str) -> Relevant:
    """Which category paths ``(n,)``, such as "animals/birds", have the step ``word``."""
    return np.asarray([word in path.split("/") for path in categories], dtype=np.bool_)


def ask_categories(engine: Engine) -> list[Asked]:
    """Each step of a category path as a query, best found first; without words no vector knows, and ones true of every picture."""
    here = engine.collection
    categories = [item.category for item in here.items]
    asked = []
    for word in sorted({step for path in categories for step in path.split("/") if step}):
        relevant = members(categories, word)
        if not FEWEST <= relevant.sum() < len(categories):
            continue
        try:
            scores = here.embeddings @ engine.embed_text(word)
        except (UnknownWordError, QueryError):
            continue
        asked.append(Asked(word, average_precision(scores, relevant), int(relevant.sum()), len(categories)))
    return sorted(asked, key=lambda one: (-one.average_precision, one.query))
