"""The dialog of one result: what the picture is, why it matched, and links to other pages about it."""

from __future__ import annotations

import streamlit as st

from devise_core.datatypes import Hit, Item, WordHit
from devise_core.engine import By, Engine
from ui import url_state
from ui.errors import show_errors
from ui.hit.beside_people import more_like
from ui.hit.best_words import BEST_WORDS, words_title
from ui.hit.explanation import Explanation
from ui.hit.tiles import tiles
from ui.links import link
from ui.missing import is_missing, missing_picture_dialog
from ui.server.engine_cache import current_engine
from ui.text import APPEARANCE_HELP, PICTURES_HELP, date_text, linked, plain

NOUNS, SIMILAR = 6, 6


def open_hit(hit: Hit | Item) -> None:
    """Open the dialog of a picture once the page is drawn. The URL has the picture's id, so a link opens it and Back closes it."""
    url_state.update(**{url_state.OPEN: hit.id})


def show_open_hit() -> None:
    """Show the dialog of the result that the URL names, if any. Raise ``DeviseError`` if the collection cannot be opened."""
    if item := url_state.read_text(url_state.OPEN):
        engine = current_engine()
        if is_missing(engine, item):
            missing_picture_dialog(engine, item)
        else:
            _show(engine, engine.collection.row(item))


@st.dialog("Picture", width="large", on_dismiss=lambda: url_state.update(**{url_state.OPEN: None}))
def _show(engine: Engine, row: int) -> None:
    """Show the dialog. Slow parts come last."""
    item, nouns, title = engine.collection.items[row], list[WordHit](), BEST_WORDS
    with show_errors():  # a part that cannot be read does not keep the others from being shown
        if engine.vocabulary:
            encoded = engine.encoded(row)
            nouns, title = engine.label_encoded(encoded, k=NOUNS), words_title(engine, encoded)
    left, right = st.columns(2, gap="medium")
    with left:
        explanation = Explanation(engine, row, nouns)
    with right:
        _facts(item)
        if nouns:
            _nouns(nouns, title)
        _links(item)
    by: By
    for by, title, help_text in (
        ("semantic", "Similar in meaning", PICTURES_HELP),
        ("visual", "Similar in appearance", APPEARANCE_HELP),
    ):
        st.markdown(f"**{title}**")
        with show_errors():
            if other := tiles(engine, more_like(engine, item.id, SIMILAR, by), f"detail-{by}", help_text=help_text):
                open_hit(other)
                st.rerun()
    explanation.compute()


def _facts(item: Item) -> None:
    st.header(plain(item.name))
    if item.caption:
        st.write(plain(item.caption))
    for name, value in (
        ("Category", item.category),
        ("Labels", ", ".join(item.labels)),
        ("Taken", date_text(item.taken)),
        ("Author", item.author),
        ("Licence", item.licence),
        ("Source", item.origin),
    ):
        if value:
            st.caption(f"**{name}**  {linked(value) if name == 'Source' else plain(value)}")


def _nouns(nouns: list[WordHit], title: str) -> None:
    """Show each noun as a link that searches for it."""
    st.caption(f"**{title}.** Click one to search for it.")
    with st.container(horizontal=True, gap="small", key="detail-nouns"):
        for noun in nouns:
            link("text_search", plain(noun.word), f"detail-noun-{noun.word}", ":material/sell:", q=noun.word)


def _links(item: Item) -> None:
    for page, label, icon in (
        ("explorer", "Show on the map", "scatter_plot"),
        ("image_search", "More like this", "image_search"),
        ("labels", "Name this picture", "sell"),
    ):
        link(page, label, f"detail-{page}", f":material/{icon}:", item=item.id)
