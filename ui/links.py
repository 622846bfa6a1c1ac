"""Ways to other views. Streamlit's own do not write the address where they lead to the page they start from."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from ui import url_state


def link(page: str, label: str, key: str, icon: str | None = None, **values: str) -> None:
    """A link to the page ``page``, such as "labels", with these parameters; on that page itself a button that does the same."""
    if not _here(page):
        st.page_link(f"../pages/{page}.py", label=label, icon=icon, query_params=values)
    elif st.button(label, key=key, icon=icon, type="tertiary"):
        url_state.put_alone(**values)
        st.rerun()


def _here(page: str) -> bool:
    return urlsplit(st.context.url or "").path.rstrip("/").endswith(f"/{page}")
