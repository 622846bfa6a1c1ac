"""Example queries that suit a collection."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.report.example_queries import QUERIES, example_queries
from devise_core.search.shown_words import PERSON_WORD
from devise_core.text.person_words import means_people
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_sensitive
from ui.server.engine_cache import current_engine

__all__ = ["QUERIES", "examples", "placeholder", "shown_examples"]
IN_PLACEHOLDER = 3
_EXAMPLES: WeakKeyDictionary[Engine, list[str]] = WeakKeyDictionary()
_SHOWN: WeakKeyDictionary[Engine, dict[str, bool]] = WeakKeyDictionary()


def examples(engine: Engine) -> list[str]:
    """Return queries that suit the collection, as ``example_queries`` chooses them."""
    if engine not in _EXAMPLES:
        _EXAMPLES[engine] = example_queries(engine)
    return _EXAMPLES[engine]


def ways_on(engine: Engine, query: Query) -> list[str]:
    """Return queries to try instead of a query that is not answered.

    These are the examples. "people" comes first if the query asks for certain people and the collection shows people.
    """
    offered = examples(engine)
    text = query.respelled_text
    asks_for_some = means_people(text) and PERSON_WORD not in query.words and not is_sensitive(text, sex_and_age=False)
    if asks_for_some and engine.matches(engine.query(PERSON_WORD)).sure:
        return [PERSON_WORD, *offered]
    return offered


def placeholder(invitation: str = "Type anything") -> str:
    """Return what an empty search box says: the invitation, and the first examples if a collection can be opened."""
    try:
        queries = examples(current_engine())[:IN_PLACEHOLDER]
    except DeviseError:
        return invitation
    return f"{invitation}: {', '.join(queries)}…"


def shown_examples(queries: Sequence[str]) -> list[str]:
    """Return those of ``queries`` that the collection shows, or all of them if it shows none.

    Raises:
        DeviseError: The collection cannot be opened.
    """
    engine = current_engine()
    known = _SHOWN.setdefault(engine, {})
    for query in queries:
        if query not in known:
            known[query] = _shows(engine, query)
    return [query for query in queries if known[query]] or list(queries)


def _shows(engine: Engine, query: str) -> bool:
    try:
        return not engine.matches(engine.query(query)).absent
    except DeviseError:  # the model does not know the word, or there is no collection
        return False
