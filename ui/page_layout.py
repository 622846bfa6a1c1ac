"""What every page has in common: title, logo, style and the choice of a collection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.click_feedback import show_click_feedback
from ui.server.engine_cache import CHOSEN, UPLOADS, collection_names
from ui.text import plain, plain_name

NAME = "Semblance"
OLD_UPLOADS = "your photos"
"""What the collection of uploaded pictures is called in links from earlier versions."""
_DOCS = Path(__file__).parent.parent / "docs"
_STYLE = Path(__file__).with_name("style.css")


def set_up() -> None:
    """Set the page's title, icon and style. Call this before navigation."""
    st.set_page_config(NAME, str(_DOCS / "icon.svg"), layout="wide")
    st.logo(str(_DOCS / "logo.svg"), size="large", icon_image=str(_DOCS / "icon.svg"))
    st.html(_STYLE)


def header(title: str, lead: str) -> None:
    """Show the page's title and, in a sentence or two, what you can do on it."""
    st.title(title)
    st.markdown(lead)


def sidebar() -> None:
    """Below the list of pages, let the visitor choose a collection if there are several."""
    opens = collection_names()
    names = list(opens)
    linked_to_uploads = st.query_params.get(CHOSEN) in (UPLOADS, OLD_UPLOADS) and CHOSEN not in st.session_state
    if st.session_state.get(CHOSEN) not in names:
        st.session_state.pop(CHOSEN, None)
    with st.sidebar:
        if names and linked_to_uploads and UPLOADS not in names:
            st.info(
                "This link is to pictures that someone uploaded in another session. They are private and are deleted when "
                f"that session ends. This page shows the collection {plain(names[0])} instead.",
                icon=":material/info:",
            )
        if len(names) > 1:
            st.pills(
                "Collection",
                names,
                default=names[0],
                required=True,
                key=CHOSEN,
                bind="query-params",
                persist_state="session",
                wrap=True,
                format_func=lambda name: plain_name(name) + ("" if opens[name] else " (damaged)"),
                help="The set of pictures to search. **stamps** has small pictures of single objects on white. **photos** has "
                "photographs of real scenes. Operators can add a folder that is on the server with "
                "`python -m devise_core index FOLDER --name NAME`.",
            )
        st.caption("Pictures you upload are kept in memory only and are deleted when your session ends.")
        show_click_feedback()
