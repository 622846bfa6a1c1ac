"""Read a query once per session, however many parts of a page use it."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.text.query import Query

_STATE_KEY = "session_query"


def read_query(engine: Engine, text: str) -> Query:
    """Return ``Engine.query(text)``. The session's last query is returned again if its model, collection and text are the same."""
    collection = engine.collection
    key = (engine.model_id, collection.name, collection.version if len(collection) else "", text)
    last: tuple[object, Query] | None = st.session_state.get(_STATE_KEY)
    if last is None or last[0] != key:
        last = (key, engine.query(text))
        st.session_state[_STATE_KEY] = last
    return last[1]
