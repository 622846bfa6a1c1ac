"""Example queries that suit a collection."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from devise_core.engine import Engine

QUERIES = (
    "bird",
    "musical instrument",
    "something to eat",
    "avian",
    "fast car",
    "castle by the water",
    "flower",
    "wild animal",
    "insect",
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
    "big cat",
    "reptile",
    "aircraft",
    "furniture",
    "light at night",
    "vegetable",
    "pet",
    "farm animal",
    "desert",
    "bridge",
    "statue",
    "computer",
    "portrait",
    "beach",
    "snow",
)
COUNT = 6
WELL_ANSWERED = 3
"""A query is answered well if this many pictures match it well."""
_EXAMPLES: WeakKeyDictionary[Engine, list[str]] = WeakKeyDictionary()


def examples(engine: Engine) -> list[str]:
    """Return the first ``COUNT`` queries that the collection answers well, each with a different best picture.

    If too few are answered well, those with the most good matches follow.
    """
    if engine not in _EXAMPLES:
        _EXAMPLES[engine] = _choose(engine)
    return _EXAMPLES[engine]


def _choose(engine: Engine) -> list[str]:
    chosen: dict[int, str] = {}
    others: list[tuple[int, int, str]] = []
    for query in filter(engine.parts.word_filter.allows, QUERIES):
        matches = engine.matches(engine.query(query))
        best, strong = int(matches.ranking.rows[0]), len(matches.strong())
        if strong >= WELL_ANSWERED:
            chosen.setdefault(best, query)
        else:
            others.append((strong, best, query))
        if len(chosen) == COUNT:
            break
    for _, best, query in sorted(others, key=lambda other: -other[0]):
        chosen.setdefault(best, query)
    return list(chosen.values())[:COUNT]
