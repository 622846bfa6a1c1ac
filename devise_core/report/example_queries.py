"""Queries that a collection answers well, to show what it can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from devise_core.engine import Engine
from devise_core.errors import QueryError, UnknownWordError

QUERIES = (
    "bird",
    "castle",
    "stringed instrument",
    "building",
    "vehicle",
    "feline",
    "fish",
    "tool",
    "insect",
    "clothing",
    "vegetable",
    "flower",
    "big cat",
    "bridge",
    "coffee",
    "guitar",
    "something to eat",
    "fast car",
    "castle by the water",
    "wild animal",
    "sea creature",
    "sweet dessert",
    "tool -knife",
    "ship at sea",
    "mountain",
    "old church",
    "street",
    "people playing music",
    "weapon",
    "sport",
    "children's toy",
    "kitchen",
    "tree",
    "renewable energy",
    "ancient temple",
    "reptile",
    "aircraft",
    "furniture",
    "light at night",
    "pet",
    "farm animal",
    "desert",
    "statue",
    "computer",
    "portrait",
    "beach",
    "snow",
)
"""What is tried on any collection, in this order."""
COUNT = 6
WELL_ANSWERED = 4
"""A query is answered well if the search is sure of it and this many images match it well. With two, "big cat" was offered for the
bundled photographs, and a visitor saw weak matches, such as a rabbit, right after the two cats."""

TRIED_AFAR = 12
"""If the images are on another machine, where a query takes longer, this many queries are tried."""


def example_queries(engine: Engine, candidates: Iterable[str] = QUERIES) -> list[str]:
    """Return the first ``COUNT`` queries that the collection answers well, each with a different best image.

    If too few are answered well, others follow: first those that the search is sure of, then those with the most good matches.
    If the collection has no images, the first queries are returned. A model without evidence is sure of every query, so the labels
    of the collection come first.

    Args:
        engine: The engine over the collection.
        candidates: What to try, in this order. A query without a known word is left out.
    """
    if engine.parts.evidence is None and len(engine.collection):
        candidates = dict.fromkeys([*engine.collection.facets("label", 4 * COUNT), *candidates])
    allowed: Iterable[str] = filter(engine.parts.word_filter.allows, candidates)
    if not len(engine.collection):
        return list(allowed)[:COUNT]
    if engine.collection.remote:
        allowed = islice(allowed, TRIED_AFAR)
    chosen: dict[int, str] = {}
    others: list[tuple[bool, int, int, str]] = []
    for text in allowed:
        try:
            matches = engine.matches(engine.query(text))
        except (QueryError, UnknownWordError):
            continue
        if not len(matches.ranking):  # every image would be an insult beside the word
            continue
        best, strong = int(matches.ranking.rows[0]), len(matches.strong())
        sure = matches.sure and not matches.absent
        if sure and strong >= WELL_ANSWERED:
            chosen.setdefault(best, text)
        else:
            others.append((sure, strong, best, text))
        if len(chosen) == COUNT:
            break
    for *_, best, text in sorted(others, key=lambda other: other[:2], reverse=True):
        chosen.setdefault(best, text)
    return list(chosen.values())[:COUNT]


def with_labels(engine: Engine) -> list[str]:
    """Return the most frequent labels of the collection, then ``QUERIES``."""
    return list(dict.fromkeys([*engine.collection.facets("label", 4 * COUNT), *QUERIES]))
