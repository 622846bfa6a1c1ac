"""The words that describe a picture."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import WordHit
from devise_core.search.confidence import confidence
from devise_core.search.naming import Names
from ui.text import plain, similarity_help

_CONFIDENCE_HELP = (
    "Of 10 names for pictures of this demo that are called “probably”, about 6 are right. Of 10 called “maybe”, about 4 are right, "
    "and of 10 called “not sure”, about 1. "
    "The percentage is the probability that the model gives to the word and all kinds of it."
)
_ORDER_HELP = "A general word can be surer than a more exact one that describes the picture better."
LEAST_SHOWN = 0.01
"""Words below this probability have no bar of their own. They are listed in one line."""


def show_names(names: Names) -> None:
    """Show the noun that fits best, then the others, the surest first, and the more specific names beside them.

    The noun that fits best need not be the surest. "vehicle" is always at least as sure as "bobsled", but says less.
    """
    if names.hits:
        sure = confidence(names.shares[0])
        heading = "Best guess" if _is_contradicted(names.shares) else "Most likely"
        st.header(f"{heading}: {plain(names.hits[0].word)}", help=_CONFIDENCE_HELP)
        if sure == "not sure":
            st.caption("The app is not sure of any of these words.")
    if names.specific:
        st.markdown("**More specific:** " + ", ".join(plain(hit.word) for hit in names.specific))
    pairs = list(zip(names.hits, (min(share, 1.0) for share in names.shares), strict=True))
    likely = sorted((pair for pair in pairs[1:] if pair[1] >= LEAST_SHOWN), key=lambda pair: -pair[1])
    with st.container(key="label-bars"):
        for place, (hit, share) in enumerate([*pairs[:1], *likely]):
            if place == 1:
                st.caption("Other words, the surest first", help=_ORDER_HELP)
            st.progress(share, text=f"{plain(hit.word)}  ·  {confidence(share)}  ·  {share:.0%}")
    if others := [plain(hit.word) for hit, share in pairs[1:] if share < LEAST_SHOWN]:
        st.caption(f"Less likely, below {LEAST_SHOWN:.0%}: {', '.join(others)}")


def _is_contradicted(shares: Sequence[float]) -> bool:
    """Return whether another word, such as "person", is probably right and twice as likely as the one that fits best."""
    surest = max(shares[1:], default=0.0)
    return confidence(surest) == "probably" and surest >= 2 * shares[0]


def show_nearest_words(hits: Sequence[WordHit]) -> None:
    """Show the words nearest to a picture with their similarity."""
    if hits:
        st.header(f"Most likely: {plain(hits[0].word)}", help=similarity_help("a word is to the picture"))
    else:
        st.header("None of these words")
    with st.container(key="label-bars"):
        for hit in hits:
            st.progress(min(max(hit.cosine, 0.0), 1.0), text=f"{plain(hit.word)}  ·  similarity {hit.cosine:.2f}")
