"""Show the search box. It suggests words while you type, and puts the query into the address of the page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.text.tokens import MAX_CHARACTERS
from devise_core.text.word_filter import configured_word_filter
from ui import url_state
from ui.callbacks import uninterrupted
from ui.collection_choice import choose_collection
from ui.component import component
from ui.own_routes import route_url
from ui.widget_keys import when_current, widget_key

HISTORY = "history"
"""Session key of the visitor's recent queries, newest first."""
REMEMBERED = 8

_BOX = component("searchbox", "pending_value")


def search_box(
    page: str, placeholder: str, in_row: bool = False, *, choose: bool = True, labels: bool = True, removed: Sequence[str] = ()
) -> str:
    """Show a search box, with the choice of the collection beside it, and return the query in the address.

    Args:
        page: A name that makes the widget key of the box unique.
        placeholder: The text in the empty box.
        in_row: Whether suggestions are in a row, so that they do not cover the results below the box.
        choose: Whether to show the choice of the collection. A page shows this choice once.
        labels: Whether an empty box suggests labels of the collection that is in the address.
        removed: Parameters that a search removes from the address, such as the one for an opened picture.
    """
    key = f"search-{page}"
    query = url_state.read_text(url_state.QUERY)
    data = [query, placeholder, st.session_state.get(HISTORY, []), in_row, route_url("suggest"), labels]
    with st.container(horizontal=True, vertical_alignment="center", key=f"where-{page}"):
        _BOX(key=key, data=data, on_search_change=lambda: _search(key, removed))
        if choose:
            choose_collection()
    return query


def search_for(query: str, *removed: str) -> None:
    """Put ``query`` into the address and into the session's history, and show the first page of its results.

    Args:
        query: The query. Runs of spaces become one.
        removed: Other parameters to remove from the address.
    """
    query = " ".join(query.split())
    url_state.update(**{url_state.QUERY: query, url_state.PAGE: None, **dict.fromkeys(removed)})
    if query and len(query) <= MAX_CHARACTERS:
        earlier = [old for old in st.session_state.get(HISTORY, []) if old != query]
        st.session_state[HISTORY] = [query, *earlier][:REMEMBERED]


def allowed_examples(queries: Sequence[str]) -> list[str]:
    """Return the queries that the operator's word list allows."""
    return list(filter(configured_word_filter().allows, queries))


def example_pills(page: str, queries: Sequence[str]) -> None:
    """Show buttons for those ``queries`` that the operator's word list allows. The button of the current query is highlighted."""
    queries = allowed_examples(queries)
    query = url_state.read_text(url_state.QUERY)
    selected = query if query in queries else None
    key = widget_key(f"examples-{page}", selected)
    st.pills(
        "Examples",
        queries,
        default=selected,
        key=key,
        label_visibility="collapsed",
        wrap=True,
        on_change=when_current(key, lambda example: search_for(example or "")),
    )


@uninterrupted
def _search(key: str, removed: Sequence[str]) -> None:
    search_for(str(st.session_state[key]["search"] or ""), *removed)
