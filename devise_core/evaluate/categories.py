"""Measure how well a search for the word of a category finds the images of the category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.datatypes import Item
from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.metrics import Relevant, average_precision

MIN_IMAGES = 4
"""Smaller categories are left out, because a single image would decide their score."""


@dataclass(frozen=True)
class CategoryResult:
    """The result of a search for the word of a category. ``images`` of ``total`` judged images show the category."""

    query: str
    average_precision: float
    images: int
    total: int


def in_category(categories: Sequence[str], word: str) -> Relevant:
    """Return a mask ``(n,)`` of the category paths, such as "animals/birds", that have ``word`` as a step."""
    return np.asarray([word in path.split("/") for path in categories], dtype=np.bool_)


class CategoryJudge:
    """Says whether an image shows a category, by the image's category and by the kinds of thing that its labels name.

    An image has only one category, but may also show another category. A basilica among the monuments is also a building. A label
    that names no known kind of thing, such as "parthenon", cannot tell whether the image shows another category. Images with only
    such labels are not judged and do not count.

    Args:
        engine: The engine. The nouns and senses of its model say which kind of thing a label is.
    """

    def __init__(self, engine: Engine) -> None:
        self._kinds = engine.parts.label_kinds

    def can_judge(self, word: str) -> bool:
        """Return whether ``word`` is a kind of thing. Names of folders, such as "things", often are not."""
        return self._kinds is None or self._kinds.is_kind(word)

    def judge(self, items: Sequence[Item], word: str) -> list[bool | None]:
        """Return for each image whether it shows ``word``, or None if neither its category nor its labels can tell."""
        return [self._judge(item, word) for item in items]

    def _judge(self, item: Item, word: str) -> bool | None:
        if in_category([item.category], word)[0]:
            return True
        return self._kinds.named_by(item.labels, word) if self._kinds else False


def evaluate_categories(engine: Engine) -> list[CategoryResult]:
    """Search for each step of the collection's category paths, and sort by average precision, best first.

    Words that have no vector or name no kind of thing are left out. So are categories that fewer than ``MIN_IMAGES`` images show,
    and categories that all images show. In a large collection, only its sample is searched. Images that cannot be judged do not
    count.
    """
    collection, judge = engine.collection, CategoryJudge(engine)
    rows = collection.sample_rows()
    items, embeddings = collection.items_at(rows), collection.vector_rows("semantic")[rows]
    results = []
    for word in filter(judge.can_judge, _steps(items)):
        verdicts = judge.judge(items, word)
        judged = np.asarray([verdict is not None for verdict in verdicts])
        relevant = np.asarray([bool(verdict) for verdict in verdicts])[judged]
        if not MIN_IMAGES <= relevant.sum() < len(relevant):
            continue
        try:
            scores = embeddings[judged] @ engine.embed_text(word)
        except (UnknownWordError, QueryError):
            continue
        results.append(CategoryResult(word, average_precision(scores, relevant), int(relevant.sum()), len(relevant)))
    return sorted(results, key=lambda result: (-result.average_precision, result.query))


def _steps(items: Sequence[Item]) -> Iterator[str]:
    yield from sorted({step for item in items for step in item.category.split("/") if step})
