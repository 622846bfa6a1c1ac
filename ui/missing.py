"""Say so if a link names something that is not here: a picture, a collection, a category or a label."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.engine import Engine
from devise_core.errors import shortened
from devise_core.text.word_filter import configured_word_filter
from ui import url_state
from ui.links import link
from ui.server.engine_cache import CHOSEN, UPLOADS, choosable_collections
from ui.text import plain

OLD_UPLOADS = "your photos"
"""What the collection of uploaded pictures is called in links from earlier versions."""
LONGEST = 60
LIKE = 75
"""An id is offered if its spelling is at least this similar, in percent, to the name in the link."""
_STATE_KEY = "missing_collection"


def is_missing(engine: Engine, item: str) -> bool:
    """Return whether an address names a picture that the collection does not have."""
    return bool(item) and item not in engine.collection


def explain_missing_picture(engine: Engine, item: str, advice: str, parameter: str = url_state.ITEM) -> None:
    """Say that there is no such picture, and offer pictures with similar names and a search for the name.

    Args:
        engine: The engine over the collection.
        item: The text that the address has in place of the id of a picture. It can be any text.
        advice: A sentence on what to do on this page.
        parameter: The parameter of the address that names the picture.
    """
    reason = "It may have been removed, or it may be in another collection."
    st.warning(
        f"There is no picture{_quoted(item)} in {plain(engine.collection.title)}. {reason} {advice}", icon=":material/search_off:"
    )
    page, near = url_state.current_page(), _similar_ids(engine, item)
    with st.container(horizontal=True, vertical_alignment="center", key="missing"):
        for each in near:
            link(page or "home", plain(each, LONGEST), f"missing-{each}", ":material/image:", **{parameter: each})
        if _quoted(item):
            text = shortened(item.replace("-", " "), LONGEST)
            link("text_search", f"Search for {plain(text)}", "missing-search", ":material/search:", **{url_state.QUERY: text})


@st.dialog("Picture", on_dismiss=lambda: url_state.update(**{url_state.OPEN: None}))
def missing_picture_dialog(engine: Engine, item: str) -> None:
    """Show a dialog that says that there is no such picture, in place of the dialog with the picture."""
    explain_missing_picture(engine, item, "Close this window to go on.", url_state.OPEN)


def explain_missing_filters(kind: str, names: Sequence[str]) -> None:
    """Say that no picture has the categories or labels ``names``, which come from the address."""
    if names:
        st.caption(f"No picture here has the {kind}{','.join(map(_quoted, names[:3]))}. This filter is ignored.")


def explain_missing_collection() -> None:
    """Say that a link leads to a collection that is not here, until the visitor chooses a collection or leaves the page.

    Call this before ``collection_choice.keep_in_address``, which replaces the invalid name.
    """
    linked = st.query_params.get(CHOSEN)
    if linked and CHOSEN not in st.session_state:
        st.session_state[_STATE_KEY] = (linked, url_state.current_page())
    name, page = st.session_state.get(_STATE_KEY, ("", ""))
    collections = choosable_collections() if name else []
    names = [each.name for each in collections]
    if not collections or name in names or page != url_state.current_page() or st.session_state.get(CHOSEN, names[0]) != names[0]:
        st.session_state.pop(_STATE_KEY, None)
        return
    instead = f"This page shows the collection {plain(collections[0].title)} instead."
    if name in (UPLOADS, OLD_UPLOADS):
        reason = "This link is to uploaded pictures. Uploads are private, and are deleted when the page is closed or reloaded."
    else:
        reason = f"There is no collection{_quoted(name)} here."
    st.info(f"{reason} {instead}", icon=":material/info:")


def _similar_ids(engine: Engine, item: str) -> list[str]:
    """Return up to three ids of pictures. Each id contains ``item`` or has a similar spelling."""
    from rapidfuzz.fuzz import ratio

    near = engine.collection.ids_like(item, 3)
    return [each for each in near if item.lower() in each.lower() or ratio(item.lower(), each.lower()) >= LIKE]


def _quoted(name: str) -> str:
    """Return a name from an address in quotes, or "" if the word filter blocks it."""
    return f" “{plain(name, LONGEST)}”" if configured_word_filter().allows(name) else ""
