"""The first few pictures for a query, on a page where they are not the main result."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.search.cutoff import cut_off
from devise_core.text.query import Query
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.links import link
from ui.text import SIMILARITY_HELP, plain


def first_matches(engine: Engine, query: Query, page: str, count: int) -> int:
    """Show the ``count`` pictures nearest to ``query``, with weak matches marked, and a link to all of them.

    Args:
        engine: The engine over the collection.
        query: What to search for.
        page: Makes the key of the grid unique.
        count: How many pictures to show.

    Returns:
        How many pictures of the collection match well.
    """
    ranking = engine.ranking(query)
    threshold = cut_off(ranking.cosines, engine.chance_cosine)
    strong = len(ranking.from_cosine(threshold))
    with st.container(horizontal=True, vertical_alignment="center", key=f"account-{page}"):
        if strong:
            summary = f"**{strong}** of {len(ranking)} pictures match well"
        else:
            summary = f"Nothing in {plain(engine.collection.name)} matches “{plain(query.text, 80)}” well. These are the nearest."
        st.caption(summary, width="content", help=SIMILARITY_HELP)
        link("text_search", "See all, filter and sort", f"all-{page}", ":material/arrow_forward:", q=query.text)
    gallery(engine, engine.hits(ranking[:count]), page, Marks(weak_below=threshold))
    return strong
