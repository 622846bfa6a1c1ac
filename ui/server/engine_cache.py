"""Return the engine of a page. It searches the collection that the visitor has chosen, or the visitor's own pictures."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.serving.open_engines import OfferedCollection, collection_engine, default_engine, offered_collections
from ui.url_state import COLLECTION

CHOSEN = COLLECTION
"""The session key and the address parameter of the name of the chosen collection."""
UPLOADS_ENGINE = "uploads_engine"
"""Session key of the engine over the visitor's uploaded pictures."""
UPLOADS = "your pictures"
"""Name of the collection of uploaded pictures."""
UPLOADS_TITLE = "Your pictures"


def current_engine() -> Engine:
    """Return the engine over the collection that this visitor has chosen, or else over the default collection.

    If the model has no default collection, its first collection is used. Raises ``DeviseError`` if the model or the collection
    cannot be opened.
    """
    name = st.session_state.get(CHOSEN)
    if name == UPLOADS and UPLOADS_ENGINE in st.session_state:
        uploads: Engine = st.session_state[UPLOADS_ENGINE]
        return uploads
    return collection_engine(name) if name else default_engine()


def choosable_collections() -> list[OfferedCollection]:
    """List the collections that this visitor can choose, the default collection first.

    The visitor's own pictures come after the other collections that open. The list is empty if the model cannot be opened.
    """
    try:
        collections = offered_collections()
    except DeviseError:
        return []
    if UPLOADS_ENGINE in st.session_state:
        collections.insert(sum(each.opens for each in collections), OfferedCollection(UPLOADS, UPLOADS_TITLE))
    return collections
