"""Links to other views of the app. Streamlit's own links do not update the address if they lead to the current page."""

from __future__ import annotations

import streamlit as st

from ui import url_state


def link(page: str, label: str, key: str, icon: str | None = None, **parameters: str) -> None:
    """Show a link to a page with ``parameters`` in its address, or a button with the same effect if that page is the current one.

    Args:
        page: The page's file name without its suffix, such as "labels".
        label: The text of the link.
        key: The widget key of the button.
        icon: A Material icon, or None for no icon.
        parameters: Name → value in the address.
    """
    if page != url_state.current_page():
        st.page_link(f"../pages/{page}.py", label=label, icon=icon, query_params=parameters)
    elif st.button(label, key=key, icon=icon, type="tertiary"):
        url_state.replace(**parameters)
        st.rerun()
