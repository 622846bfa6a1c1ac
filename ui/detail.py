"""One result, opened."""

from __future__ import annotations

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import By, Engine
from ui.text import plain
from ui.tiles import more_like, tiles


@st.dialog("Picture", width="large")
def open_hit(engine: Engine, hit: Hit) -> None:
    """Everything known of a picture, the words nearest to it, and what is like it."""
    picture, facts = st.columns([2, 3], gap="medium")
    with picture, st.container(key="picture-detail"):
        st.image(engine.collection.picture(engine.collection.row(hit.id)), width="stretch", alt=hit.name)
    with facts:
        st.subheader(plain(hit.name))
        if hit.caption:
            st.write(plain(hit.caption))
        for name, value in (("Category", hit.category), ("Labels", ", ".join(hit.labels)), ("Author", hit.author),
                            ("Licence", hit.licence), ("Source", hit.source)):
            if value:
                st.caption(f"**{name}**  {plain(value)}")
        row = engine.collection.row(hit.id)
        words = engine.label_embedding(engine.collection.embeddings[row], k=6)
        st.caption("**Nearest nouns**  " + ", ".join(f"{plain(word.word)} {word.cosine:.2f}" for word in words))
    by: By
    for by, title in (("semantic", "Alike in meaning"), ("visual", "Alike in looks")):
        st.markdown(f"**{title}**")
        pressed = tiles(engine, engine.more_like(hit.id, 6, by=by), f"detail-{by}")
        if other := pressed.open or pressed.more:
            more_like(other)
