"""What can be written in a search box."""

from __future__ import annotations

import streamlit as st

from devise_core.language import GRAMMAR
from ui.text import plain


def help_with_queries() -> None:
    """The language's ten lines, where they are wanted."""
    with st.popover("What can I write?", icon=":material/help:", type="tertiary"):
        rows = (f"| **{plain(example)}** | {plain(meaning)} |" for example, meaning in GRAMMAR)
        st.markdown("\n".join(["| Write | It means |", "|---|---|", *rows]))
