"""Results as a grid of tiles: picture, name, cosine, and what can be done from there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.detail import open_hit
from ui.text import plain

CUT_OUTS = {"stamps"}
"""Collections whose pictures stand on white: shown whole instead of filling the tile."""


def gallery(engine: Engine, hits: Sequence[Hit], page: str) -> None:
    """Show ``hits``; ``page`` keeps the keys of two galleries apart."""
    kind = "cutout" if engine.collection.name in CUT_OUTS else "photo"
    with st.container(horizontal=True, key=f"grid-{page}"):
        for place, hit in enumerate(hits):
            with st.container(border=True, key=f"tile-{kind}-{page}-{place}"):
                _tile(engine, hit, f"{page}-{place}")


def _tile(engine: Engine, hit: Hit, key: str) -> None:
    st.image(str(hit.path), width="stretch", alt=hit.name)
    with st.container(key=f"name-{key}"):
        st.markdown(f"**{plain(hit.name)}**")
    st.progress(min(max(hit.cosine, 0.0), 1.0), text=f"cosine {hit.cosine:.2f}")
    with st.container(horizontal=True, gap="xsmall"):
        if st.button("Open", key=f"{key}-open-{hit.id}", type="tertiary", icon=":material/open_in_full:"):
            open_hit(engine, hit)
        if st.button("More", key=f"{key}-more-{hit.id}", type="tertiary", icon=":material/hub:", help="More like this"):
            more_like(engine, hit.id)


def more_like(engine: Engine, item_id: str) -> None:
    """Go to the page that shows what is like this picture."""
    st.switch_page("pages/image_search.py", query_params={"item": item_id, "collection": engine.collection.name})
