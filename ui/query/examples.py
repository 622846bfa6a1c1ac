"""Example queries that suit a collection."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.report.example_queries import QUERIES, example_queries
from ui.server.engine_cache import current_engine

__all__ = ["QUERIES", "examples", "placeholder"]
IN_PLACEHOLDER = 3
_EXAMPLES: WeakKeyDictionary[Engine, list[str]] = WeakKeyDictionary()


def examples(engine: Engine) -> list[str]:
    """Return queries that suit the collection, as ``example_queries`` chooses them."""
    if engine not in _EXAMPLES:
        _EXAMPLES[engine] = example_queries(engine)
    return _EXAMPLES[engine]


def placeholder() -> str:
    """Return what an empty search box says: the first examples, or less if no collection opens."""
    try:
        queries = examples(current_engine())[:IN_PLACEHOLDER]
    except DeviseError:
        return "Type anything"
    return f"Type anything: {', '.join(queries)}…"
