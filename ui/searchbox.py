"""The search box: suggests words as you type, and keeps the query in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.text.tokens import MAX_CHARACTERS
from ui import url_state
from ui.component import component
from ui.widget_keys import by_hand, key_for

HISTORY = "history"
"""The session's key for what this visitor searched for, the last first."""
REMEMBERED = 8

_BOX = component("searchbox", "hand")


def search_box(page: str, placeholder: str) -> str:
    """Ask for a query; returns the one in the address. ``page`` keeps two boxes apart."""
    key = f"search-{page}"
    query = url_state.text(url_state.QUERY)
    _BOX(key=key, data=[query, placeholder, st.session_state.get(HISTORY, [])], on_search_change=lambda: _take(key))
    return query


def search_for(query: str, *others: str) -> None:
    """Make ``query`` this view's: from its first page, without the parameters ``others``, remembered for the visit."""
    query = " ".join(query.split())
    url_state.put(**{url_state.QUERY: query, url_state.PAGE: None, **dict.fromkeys(others)})
    if query and len(query) <= MAX_CHARACTERS:
        before = [old for old in st.session_state.get(HISTORY, []) if old != query]
        st.session_state[HISTORY] = [query, *before][:REMEMBERED]


def example_pills(page: str, queries: Sequence[str]) -> None:
    """Queries to press; the one that is asked is lit."""
    asked = url_state.text(url_state.QUERY)
    lit = asked if asked in queries else None
    key = key_for(f"examples-{page}", lit)
    st.pills(
        "Examples",
        queries,
        default=lit,
        key=key,
        label_visibility="collapsed",
        on_change=by_hand(key, lambda query: search_for(query or "")),
    )


def _take(key: str) -> None:
    search_for(str(st.session_state[key]["search"] or ""))
