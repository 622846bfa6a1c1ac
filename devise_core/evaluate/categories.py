"""How well the categories of a collection are found by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.metrics import Relevant, average_precision

MIN_IMAGES = 4
"""Smaller categories are left out, because a single image would decide their score."""


@dataclass(frozen=True)
class CategoryResult:
    """A category, searched for by its word. ``images`` of the ``total`` belong to it."""

    query: str
    average_precision: float
    images: int
    total: int


def in_category(categories: Sequence[str], word: str) -> Relevant:
    """Return ``(n,)``: which category paths, such as "animals/birds", have the step ``word``."""
    return np.asarray([word in path.split("/") for path in categories], dtype=np.bool_)


def evaluate_categories(engine: Engine) -> list[CategoryResult]:
    """Search for each step of the collection's category paths, and sort by average precision, best first.

    Leaves out words without a vector, categories with fewer than ``MIN_IMAGES`` images, and categories of every image. Of a large
    collection, the images of its sample are searched.
    """
    collection = engine.collection
    rows = collection.sample_rows()
    categories, embeddings = [item.category for item in collection.items_at(rows)], collection.vector_rows("semantic")[rows]
    results = []
    for word in sorted({step for path in categories for step in path.split("/") if step}):
        relevant = in_category(categories, word)
        if not MIN_IMAGES <= relevant.sum() < len(categories):
            continue
        try:
            scores = embeddings @ engine.embed_text(word)
        except (UnknownWordError, QueryError):
            continue
        results.append(CategoryResult(word, average_precision(scores, relevant), int(relevant.sum()), len(categories)))
    return sorted(results, key=lambda result: (-result.average_precision, result.query))
