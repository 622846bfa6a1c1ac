"""What can be written in a search box."""

from __future__ import annotations

import streamlit as st

from devise_core.text.query_parser import GRAMMAR
from ui import url_state
from ui.searchbox import search_for
from ui.text import plain


def help_with_queries() -> None:
    """The language's ten lines, each with an example to press; one with a picture, which not every collection has, to read."""
    key = f"help-{hash(url_state.text(url_state.QUERY))}"  # for another query another popover, which is closed
    with (
        st.popover("What can I write?", icon=":material/help:", type="tertiary", key=key),
        st.container(key="grammar", gap="small"),
    ):
        for example, meaning in GRAMMAR:
            written, means = st.columns([2, 5], vertical_alignment="top", gap="xxsmall")
            if "like:" in example:
                written.markdown(f"**{plain(example)}**")
            else:
                written.button(
                    f":primary[**{plain(example)}**]", key=f"try-{example}", type="tertiary", on_click=search_for, args=(example,)
                )
            means.markdown(plain(meaning))
