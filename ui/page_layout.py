"""What every page has in common: title, logo, style and sidebar."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from devise_core.errors import SettingsError
from ui import url_state
from ui.assistance import show_assistance
from ui.click_feedback import show_click_feedback
from ui.collection_choice import choose_collection, keep_in_address
from ui.missing import explain_missing_collection
from ui.share_button import share_button
from ui.views import NAME, read_view

_DOCS = Path(__file__).parent.parent / "docs"
_STYLE = Path(__file__).with_name("style.css")


def set_up() -> None:
    """Set the page's title, icon and style. Call this before navigation."""
    st.set_page_config(NAME, str(_DOCS / "icon.svg"), layout="wide")
    st.logo(str(_DOCS / "logo.svg"), size="large", icon_image=str(_DOCS / "icon.svg"))
    st.html(_STYLE)


def name_tab(page: str) -> None:
    """Name the page and its query in the tab of the browser."""
    with suppress(SettingsError):  # the page says what is wrong
        st.set_page_config(read_view(page, {"q": url_state.read_text(url_state.QUERY)}).title)


def header(title: str, lead: str, *, choose: bool = False) -> None:
    """Show the page's title with the Share button, and in a few sentences what you can do on the page.

    Args:
        title: The title.
        lead: The sentences, in Markdown.
        choose: Whether to show the choice of the collection beside the title. Most pages with a search box show it beside the box.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="page-title"):
        st.title(title, anchor=False, width="content")  # the mark of an anchor would need a second row on a phone
        if choose:
            choose_collection()
        share_button()
    st.markdown(lead)


def sidebar() -> None:
    """Say below the list of pages what happens to uploads, and keep the chosen collection in the address."""
    explain_missing_collection()
    with st.sidebar:
        keep_in_address()
        st.caption("Pictures you upload are kept in memory only and are deleted when you close or reload the page.")
        show_click_feedback()
        show_assistance()
