"""Help on what can be written in a search box."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.text.query_parser import GRAMMAR
from ui import url_state
from ui.callbacks import uninterrupted
from ui.searchbox import search_for
from ui.text import plain


def query_help(more: Sequence[tuple[str, str]] = ()) -> None:
    """Show the query syntax, with an example to click for each rule. A picture's name is only shown, as it may not exist.

    The page runs again when a visitor opens it. Until then it is empty, which saves a fifth of the time of a search page.

    Args:
        more: Forms that only this page has: an example of each, and what it means.
    """
    key = f"help-{hash(url_state.read_text(url_state.QUERY))}"  # another query has another popover, which is closed
    popover = st.popover("What can I write?", icon=":material/help:", type="tertiary", key=key, on_change="rerun")
    with popover, st.container(key="grammar", gap="small"):
        if not popover.open:
            return
        for example, meaning in (*more, *GRAMMAR):
            left, right = st.columns([2, 5], vertical_alignment="top", gap="xxsmall")
            if "like:" in example:
                left.markdown(f"**{plain(example)}**")
            else:
                left.button(
                    f":primary[**{plain(example)}**]",
                    key=f"try-{example}",
                    type="tertiary",
                    on_click=uninterrupted(search_for),
                    args=(example,),
                )
            right.markdown(plain(meaning))
