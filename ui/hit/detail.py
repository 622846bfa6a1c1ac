"""One result, opened: the one place where it explains itself."""

from __future__ import annotations

import streamlit as st

from devise_core.datatypes import Hit, Item, WordHit
from devise_core.engine import By, Engine
from ui import url_state
from ui.hit.explanation import Why
from ui.hit.tiles import tiles
from ui.links import link
from ui.server.engine_cache import engine
from ui.text import linked, plain

NOUNS, ALIKE = 6, 6


def open_hit(hit: Hit | Item) -> None:
    """Once the page is drawn; in the address, so that a link brings it back and Back closes it."""
    url_state.put(**{url_state.OPEN: hit.id})


def show_opened() -> None:
    """The result that the address says is open, over the page. Raises ``DeviseError``."""
    item = url_state.text(url_state.OPEN)
    if item and item in (here := engine()).collection:
        _show(here, here.collection.row(item))


@st.dialog("Picture", width="large", on_dismiss=lambda: url_state.put(**{url_state.OPEN: None}))
def _show(engine: Engine, row: int) -> None:
    """A picture and what is known of it, why it matched, and where to go from it. What is slow comes last."""
    item = engine.collection.items[row]
    nouns = engine.label_embedding(engine.collection.embeddings[row], k=NOUNS)
    left, right = st.columns(2, gap="medium")
    with left:
        why = Why(engine, row, nouns)
    with right:
        _facts(item)
        _nouns(nouns)
        _ways_on(item)
    by: By
    for by, title in (("semantic", "Alike in meaning"), ("visual", "Alike in looks")):
        st.markdown(f"**{title}**")
        if other := tiles(engine, engine.more_like(item.id, ALIKE, by=by), f"detail-{by}"):
            open_hit(other)
            st.rerun()
    why.answer_late()


def _facts(item: Item) -> None:
    st.header(plain(item.name))
    if item.caption:
        st.write(plain(item.caption))
    for name, value in (
        ("Category", item.category),
        ("Labels", ", ".join(item.labels)),
        ("Author", item.author),
        ("Licence", item.licence),
        ("Source", item.origin),
    ):
        if value:
            st.caption(f"**{name}**  {linked(value) if name == 'Source' else plain(value)}")


def _nouns(nouns: list[WordHit]) -> None:
    """Each a link that searches for it."""
    st.caption("**Nearest nouns**, each a search")
    with st.container(horizontal=True, gap="small", key="detail-nouns"):
        for noun in nouns:
            label, key = f"{plain(noun.word)}  {noun.cosine:.2f}", f"detail-noun-{noun.word}"
            link("text_search", label, key, ":material/sell:", q=noun.word)


def _ways_on(item: Item) -> None:
    for page, label, icon in (
        ("explorer", "Find it on the map", "scatter_plot"),
        ("image_search", "More like this", "image_search"),
        ("labels", "Its labels", "sell"),
    ):
        link(page, label, f"detail-{page}", f":material/{icon}:", item=item.id)
