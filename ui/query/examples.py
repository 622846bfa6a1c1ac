"""Example queries that suit a collection."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from devise_core.engine import Engine
from devise_core.errors import DeviseError
from ui.server.engine_cache import current_engine

QUERIES = (
    "castle",
    "musical instrument",
    "flower",
    "big cat",
    "bridge",
    "coffee",
    "vehicle",
    "guitar",
    "insect",
    "bird",
    "something to eat",
    "avian",
    "fast car",
    "castle by the water",
    "wild animal",
    "sea creature",
    "sweet dessert",
    "tool -knife",
    "clothing",
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
    "vegetable",
    "pet",
    "farm animal",
    "desert",
    "statue",
    "computer",
    "portrait",
    "beach",
    "snow",
)
COUNT = 6
WELL_ANSWERED = 2
"""A query is answered well if the app is sure of it and this many pictures match it well."""
IN_PLACEHOLDER = 3
_EXAMPLES: WeakKeyDictionary[Engine, list[str]] = WeakKeyDictionary()


def examples(engine: Engine) -> list[str]:
    """Return the first ``COUNT`` queries that the collection answers well, each with a different best picture.

    If too few are answered well, those with the most good matches follow. Without pictures, they are the first queries.
    """
    if not len(engine.collection):
        return list(filter(engine.parts.word_filter.allows, QUERIES))[:COUNT]
    if engine not in _EXAMPLES:
        _EXAMPLES[engine] = _choose(engine)
    return _EXAMPLES[engine]


def placeholder() -> str:
    """Return what an empty search box says: the first examples, or less if no collection opens."""
    try:
        queries = examples(current_engine())[:IN_PLACEHOLDER]
    except DeviseError:
        return "Type anything"
    return f"Type anything: {', '.join(queries)}…"


def _choose(engine: Engine) -> list[str]:
    chosen: dict[int, str] = {}
    others: list[tuple[int, int, str]] = []
    for query in filter(engine.parts.word_filter.allows, QUERIES):
        matches = engine.matches(engine.query(query))
        best, strong = int(matches.ranking.rows[0]), len(matches.strong())
        if matches.sure and not matches.absent and strong >= WELL_ANSWERED:
            chosen.setdefault(best, query)
        else:
            others.append((strong, best, query))
        if len(chosen) == COUNT:
            break
    for _, best, query in sorted(others, key=lambda other: -other[0]):
        chosen.setdefault(best, query)
    return list(chosen.values())[:COUNT]
