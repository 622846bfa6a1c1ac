"""Queries that a collection answers well, as examples of what a visitor can search for."""

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
"""The queries that are tried on every collection, in this order."""
COUNT = 6
WELL_ANSWERED = 4
"""A query is answered well if the search is sure of it and this many images match it well. When two were
enough, "big cat" was offered for the bundled photographs, and weak matches such as a rabbit came right after the two cats."""

TRIED_AFAR = 12
"""At most this many queries are tried if the images are on another machine, because a query then takes longer."""


def example_queries(engine: Engine, candidates: Iterable[str] = QUERIES) -> list[str]:
    """Return the first ``COUNT`` queries that the collection answers well, each with a different best image.

    If too few are answered well, other queries follow: first those that the search is sure of, then those with the most good
    matches. If the collection has no images, the first queries are returned. A model without evidence
    (``search/label_evidence.py``) is sure of every query, so the labels of the collection are then tried first.

    Args:
        engine: The engine over the collection.
        candidates: The queries to try, in this order. A query without a known word is left out.
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
        if not len(matches.ranking):  # all images are left out, because beside the word they could insult people
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
