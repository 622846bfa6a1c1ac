"""The query of a session, read once however many parts of a page ask about it."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.text.query import Query

_KEY = "session_query"


def read_query(engine: Engine, text: str) -> Query:
    """Read ``text`` as ``Engine.query`` does, or return the session's last query if it is the same one."""
    collection = engine.collection
    key = (engine.model_id, collection.name, collection.version if len(collection) else "", text)
    last: tuple[object, Query] | None = st.session_state.get(_KEY)
    if last is None or last[0] != key:
        last = (key, engine.query(text))
        st.session_state[_KEY] = last
    return last[1]
