"""The first few pictures of a query, on a page that is about more than them: as honest as the page of all."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.search.cutoff import cut_off
from devise_core.text.query import Query
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.links import link
from ui.text import plain


def first_matches(engine: Engine, query: Query, page: str, count: int) -> int:
    """The ``count`` pictures nearest to ``query``, weak ones marked, and the way to all. Returns how many match well.

    ``page`` keeps two galleries apart.
    """
    whole = engine.ranking(query)
    cut = cut_off(whole.cosines, engine.chance_cosine)
    strong = len(whole.from_cosine(cut))
    with st.container(horizontal=True, vertical_alignment="center", key=f"account-{page}"):
        nothing = f"Nothing in {plain(engine.collection.name)} matches “{plain(query.text, 80)}” well; these come nearest"
        st.caption(f"**{strong}** of {len(whole)} pictures match well" if strong else nothing, width="content")
        link("text_search", "See all, filter and sort", f"all-{page}", ":material/arrow_forward:", q=query.text)
    gallery(engine, engine.hits(whole[:count]), page, Marks(weak_under=cut))
    return strong
