"""Example queries that suit a collection."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

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
WELL_ANSWERED = 1.5
"""A query is answered well if the mean cosine of its best three pictures is above this multiple of the chance level."""
_EXAMPLES: WeakKeyDictionary[Engine, list[str]] = WeakKeyDictionary()


def examples(engine: Engine) -> list[str]:
    """Return the first ``COUNT`` queries that the collection answers well, each with a different best picture.

    If too few are answered well, the best of the others follow.
    """
    if engine not in _EXAMPLES:
        _EXAMPLES[engine] = _choose(engine)
    return _EXAMPLES[engine]


def _choose(engine: Engine) -> list[str]:
    scores = np.stack([engine.embed_text(query) for query in QUERIES]) @ engine.collection.embeddings.T  # (queries, pictures)
    strength = np.sort(scores, axis=1)[:, -3:].mean(axis=1)
    well = np.flatnonzero(strength >= WELL_ANSWERED * engine.chance_cosine).tolist()
    chosen: dict[int, str] = {}
    for place in [*well, *np.argsort(-strength, kind="stable").tolist()]:
        chosen.setdefault(int(scores[place].argmax()), QUERIES[place])
    return list(chosen.values())[:COUNT]
