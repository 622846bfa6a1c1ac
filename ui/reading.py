"""How a query was read."""

from __future__ import annotations

import streamlit as st

from devise_core.datatypes import Reading
from ui.errors import offer_spellings
from ui.text import plain


def show_reading(reading: Reading, field: str) -> None:
    """The words with their weights; the words left out, with spellings to press."""
    if len(reading.terms) > 1:
        terms = "  ·  ".join(f"**{plain(term.word)}** {term.weight:.0%}" for term in reading.terms if term.weight >= 0.005)
        st.caption(f"Read as {terms}", help="Rare words weigh more than common ones.")
    if reading.left_out:
        st.caption("Left out, no word vector: " + ", ".join(plain(word) for word in reading.left_out))
        offer_spellings(reading.left_out, field)
