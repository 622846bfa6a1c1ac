"""What can be written in a search box."""

from __future__ import annotations

import streamlit as st

from devise_core.language import GRAMMAR
from ui.searchbox import search_for
from ui.text import plain

_KEY = "help-with-queries"


def help_with_queries() -> None:
    """The language's ten lines, each with an example to press; one with a picture, which not every collection has, to read."""
    with st.popover("What can I write?", icon=":material/help:", type="tertiary", key=_KEY, on_change="rerun"), \
            st.container(key="grammar", gap="small"):
        for example, meaning in GRAMMAR:
            written, means = st.columns([2, 5], vertical_alignment="top", gap="xxsmall")
            if "like:" in example:
                written.markdown(f"**{plain(example)}**")
            else:
                written.button(f":primary[**{plain(example)}**]", key=f"try-{example}", type="tertiary", on_click=_try,
                               args=(example,))
            means.markdown(plain(meaning))


def _try(example: str) -> None:
    st.session_state[_KEY] = False
    search_for(example)
