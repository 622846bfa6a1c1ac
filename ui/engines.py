"""The engine of a page: one model for the whole server, one opened collection for each name."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import DEFAULT_COLLECTION, Engine, load_engine
from devise_core.errors import DeviseError

CHOSEN = "collection"
"""The session's key, and the parameter in the address, for the name of the collection chosen."""
ALBUM = "album"
"""The session's key for the engine over this visitor's own photos."""
OWN = "your photos"
"""The name of that collection."""


@st.cache_resource(show_spinner=False)
def model() -> Engine:
    """The model over the default collection. Opened once; the network itself is loaded later."""
    return load_engine()


@st.cache_resource(show_spinner=False, max_entries=16)
def _over(name: str, made: float) -> Engine:  # noqa: ARG001  a collection made again is opened again
    return model().on(name)


def engine() -> Engine:
    """The model over the collection this visitor has chosen. Raises ``DeviseError``."""
    name = st.session_state.get(CHOSEN) or DEFAULT_COLLECTION
    if name == OWN and ALBUM in st.session_state:
        own: Engine = st.session_state[ALBUM]
        return own
    folder = model().collections().get(name)
    return _over(name, folder.stat().st_mtime if folder else 0.0)


def collection_names() -> list[str]:
    """Every collection there is for this visitor, the default one first; none where the model cannot be opened."""
    try:
        names = {*model().collections(), *([OWN] if ALBUM in st.session_state else [])}
    except DeviseError:
        return []
    return sorted(names, key=lambda name: (name != DEFAULT_COLLECTION, name == OWN, name))
