"""What every page has in common: title, logo, style and sidebar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.click_feedback import show_click_feedback
from ui.collection_choice import choose_collection, explain_lost_uploads, keep_in_address

NAME = "Semblance"
_DOCS = Path(__file__).parent.parent / "docs"
_STYLE = Path(__file__).with_name("style.css")


def set_up() -> None:
    """Set the page's title, icon and style. Call this before navigation."""
    st.set_page_config(NAME, str(_DOCS / "icon.svg"), layout="wide")
    st.logo(str(_DOCS / "logo.svg"), size="large", icon_image=str(_DOCS / "icon.svg"))
    st.html(_STYLE)


def header(title: str, lead: str, *, choose: bool = False) -> None:
    """Show the page's title and, in a sentence or two, what you can do on it.

    Args:
        title: The title.
        lead: The sentences, in Markdown.
        choose: Whether to let the visitor choose the collection here. Pages with a search box have the choice beside the box.
    """
    if not choose:
        st.title(title)
    else:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="page-title"):
            st.title(title, width="content")
            choose_collection()
    st.markdown(lead)


def sidebar() -> None:
    """Below the list of pages, say what happens to uploads. The chosen collection is kept in the address from here."""
    explain_lost_uploads()
    with st.sidebar:
        keep_in_address()
        st.caption("Pictures you upload are kept in memory only and are deleted when your session ends.")
        show_click_feedback()
