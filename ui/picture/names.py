"""The words that describe a picture."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import WordHit
from devise_core.search.naming import Names
from ui.text import plain, similarity_help


def show_names(names: Names) -> None:
    """Show everyday nouns, the best first, and the more specific names beside them."""
    if names.hits:
        st.header(f"Most likely: {plain(names.hits[0].word)}")
    if names.specific:
        st.markdown("**More specific:** " + ", ".join(plain(hit.word) for hit in names.specific))
    best = max((hit.score for hit in names.hits), default=1.0)
    with st.container(key="label-bars"):
        for hit in names.hits:
            st.progress(min(max(hit.score / max(best, 1.0), 0.0), 1.0), text=plain(hit.word))


def show_nearest_words(hits: Sequence[WordHit]) -> None:
    """Show the words nearest to a picture with their similarity."""
    if hits:
        st.header(f"Most likely: {plain(hits[0].word)}", help=similarity_help("a word is to the picture"))
    with st.container(key="label-bars"):
        for hit in hits:
            st.progress(min(max(hit.cosine, 0.0), 1.0), text=f"{plain(hit.word)}  ·  similarity {hit.cosine:.2f}")
