"""What stands around every page: title, logo, style and the choice of a collection."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.click_feedback import answer_presses
from ui.server.engine_cache import CHOSEN, OWN, collection_names
from ui.text import plain, plain_name

NAME = "Semblance"
_DOCS = Path(__file__).parent.parent / "docs"
_STYLE = Path(__file__).with_name("style.css")


def begin() -> None:
    """Before navigation."""
    st.set_page_config(NAME, str(_DOCS / "icon.svg"), layout="wide")
    st.logo(str(_DOCS / "logo.svg"), size="large", icon_image=str(_DOCS / "icon.svg"))
    st.html(_STYLE)


def header(title: str, lead: str) -> None:
    """How every page begins: its name and, in a sentence or two, what it does."""
    st.title(title)
    st.markdown(lead)


def sidebar() -> None:
    """Below the page list: which pictures to search, where there is a choice."""
    found = collection_names()
    names = list(found)
    others = CHOSEN not in st.session_state and st.query_params.get(CHOSEN) == OWN and OWN not in names
    if st.session_state.get(CHOSEN) not in names:
        st.session_state.pop(CHOSEN, None)
    with st.sidebar:
        if names and others:
            st.info(
                "This link is to photos of another visit, or of one that ended when its page was reloaded: they are seen by "
                f"nobody else and kept nowhere. {plain(names[0])} is shown instead.",
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
                format_func=lambda name: plain_name(name) + ("" if found[name] else " (damaged)"),
                help="Which pictures are searched. Stamps are cut-outs on white, photos are real scenes. Your own: "
                "python -m devise_core index FOLDER --name NAME",
            )
        st.caption(
            "Pictures and words in one space, after DeViSE (Frome et al., 2013). Everything runs here; nothing you upload is kept."
        )
        answer_presses()
