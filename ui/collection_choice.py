"""Let the visitor choose the collection to search in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from devise_core.serving.open_engines import OfferedCollection
from ui.server.engine_cache import CHOSEN, choosable_collections
from ui.text import plain, plain_name
from ui.url_state import CROP, ITEM, OPEN, REGION, current_page, update
from ui.widget_keys import when_current, widget_key


def keep_in_address() -> None:
    """Keep the name of the chosen collection in the address of the page. Call this on every page, before the choice is read.

    Streamlit writes the value of a bound widget to the address, as the label of the chosen option. The labels of this widget are
    the names of the collections, so that links stay valid when a title changes. ``style.css`` hides the widget, because
    ``choose_collection`` shows the titles.
    """
    names = [each.name for each in choosable_collections()]
    if st.session_state.get(CHOSEN) not in names:
        st.session_state.pop(CHOSEN, None)
    if len(names) > 1:
        st.pills(
            "Collection",
            names,
            default=names[0],
            required=True,
            key=CHOSEN,
            bind="query-params",
            persist_state="session",
            format_func=plain_name,
        )


def choose_collection() -> None:
    """Show the titles of the collections to choose from, if there are several."""
    collections = {each.name: each for each in choosable_collections()}
    if len(collections) < 2:
        return
    chosen, titles = st.session_state[CHOSEN], distinct_titles(list(collections.values()))
    key = widget_key(f"choose-{current_page()}", chosen)
    st.pills(
        "Collection",
        list(collections),
        default=chosen,
        required=True,
        key=key,
        wrap=True,
        width="content",
        label_visibility="collapsed",
        format_func=lambda name: titles[name] + _state(collections[name]),
        help=_help(list(collections.values())),
        on_change=when_current(key, _choose),
    )


def distinct_titles(collections: Sequence[OfferedCollection]) -> dict[str, str]:
    """Return the title of each collection, by its name. A title that several collections share is followed by the name."""
    counts = Counter(each.title for each in collections)
    return {each.name: plain_name(each.title if counts[each.title] == 1 else f"{each.title} ({each.name})") for each in collections}


def _choose(name: str) -> None:
    """Choose a collection. Pictures and regions of the previous collection are removed from the address."""
    st.session_state[CHOSEN] = name
    update(**dict.fromkeys((ITEM, OPEN, CROP, REGION)))


def _state(collection: OfferedCollection) -> str:
    return "" if collection.opens else " (opening)" if collection.slow else " (damaged)"


def _help(collections: Sequence[OfferedCollection]) -> str:
    described = " ".join(f"**{plain(each.title)}**: {plain(each.description)}" for each in collections if each.description)
    return f"The pictures to search. {described}".strip()
