"""What is shown in the panel beside the map: the selected picture, and the pictures of a region."""

from __future__ import annotations

import streamlit as st

from devise_core.collections.base import Collection
from devise_core.collections.export import as_csv
from devise_core.collections.map_labels import common_labels, most_shown
from devise_core.engine import Engine
from devise_core.vectors import Rows, unit
from ui.callbacks import uninterrupted
from ui.hit.beside_people import more_like
from ui.hit.best_words import words_title
from ui.hit.detail import open_hit
from ui.hit.gallery import gallery
from ui.hit.tiles import tiles
from ui.links import link
from ui.map.view import select_picture, write_view
from ui.picture.similar_images import similarity_marks
from ui.text import PICTURES_HELP, date_text, plain, similarity_help

NEIGHBOURS = 8
MAX_SHOWN = 24
MAX_LISTED, MAX_NAMED = 5_000, 500
"""How many pictures of a region are compared and listed at most, and for how many of these the words they show are counted."""
COMMON = 8
"""How many words, and how many labels, of a region are listed at most."""


def picture_card(engine: Engine, row: int) -> None:
    """Show a picture with its caption, its best matching words and its neighbours. A click on a neighbour selects that picture."""
    collection = engine.collection
    item = collection.items[row]
    with st.container(key="picture-card"):
        with st.container(horizontal=True, vertical_alignment="center", key="map-title"):
            st.header(plain(item.name), anchor=False)
            _close("Close", "map-close", collection, item="")
        with st.container(key="picture-chosen"):
            st.image(collection.picture(row), width="stretch", alt=item.name)
        facts = (
            item.caption,
            item.category.replace("/", " › ").replace("_", " "),
            date_text(item.taken),
            item.author,
            item.licence,
        )
        st.caption("  ·  ".join(plain(fact) for fact in facts if fact))
        if engine.vocabulary:
            encoded = engine.encoded(row)
            names = ", ".join(plain(noun.word) for noun in engine.label_encoded(encoded, k=6))
            st.caption(f"**{words_title(engine, encoded)}**  {names}")
        with st.container(horizontal=True, vertical_alignment="center", key="map-actions"):
            if st.button("Why it matches", icon=":material/lightbulb:", key="map-why", type="tertiary"):
                open_hit(item)
            link("image_search", "More like this", "map-more", ":material/image_search:", item=item.id)
        st.markdown("**Most similar pictures.** Click one to go to it.", help=PICTURES_HELP)
        similar = more_like(engine, item.id, NEIGHBOURS)
        clicked = tiles(engine, similar, "neighbours", similarity_marks(similar), help_text=PICTURES_HELP)
    if clicked:
        select_picture(collection, clicked.id)


def region_card(engine: Engine, rows: Rows) -> None:
    """Show the pictures of a region, what they have in common, and a button to download the list."""
    if not len(rows):
        st.info(
            "There are no pictures in this region. Select points with the lasso, or click “Reset the view”.",
            icon=":material/gesture:",
        )
        return
    collection = engine.collection
    listed = rows if len(rows) <= MAX_LISTED else rows[:: -(-len(rows) // MAX_LISTED)]
    mean = unit(collection.vector_rows("semantic")[listed].mean(axis=0))
    hits = engine.rank(listed.tolist(), mean)
    with st.container(horizontal=True, vertical_alignment="center", key="map-region-title"):
        st.header(f"{len(rows)} picture{'s' if len(rows) > 1 else ''} in the region", anchor=False)
        _close("Clear", "map-clear", collection, region="")
    if words := most_shown(engine.shown_words(listed[:: -(-len(listed) // MAX_NAMED)].tolist()), COMMON):
        st.caption("**What its pictures show**  " + ", ".join(f"{plain(word)} {count}" for word, count in words))
    labels = common_labels(collection.items_at(listed), COMMON)
    if labels:
        st.caption("**Most frequent labels**  " + ", ".join(f"{plain(label)} {count}" for label, count in labels))
    st.download_button(
        "CSV",
        lambda: as_csv(hits),
        f"{collection.name}-region.csv",
        "text/csv",
        icon=":material/download:",
        key="map-download",
        on_click="ignore",
    )
    gallery(engine, hits[:MAX_SHOWN], "region", help_text=similarity_help("a picture is to the region as a whole"))
    sampled = f"{len(listed):,} pictures of the region, evenly sampled"
    extent = "every picture in the region" if len(listed) == len(rows) else sampled
    more = f" These are the {MAX_SHOWN} most typical pictures. The CSV file lists {extent}." if len(rows) > MAX_SHOWN else ""
    st.caption(
        f"Each similarity compares a picture with the region as a whole.{more}",
        help="The similarity is the cosine of the picture's vector and the mean vector of the region.",
    )


def _close(label: str, key: str, collection: Collection, **change: str) -> None:
    """Show a button that writes ``change`` to the address."""
    st.button(
        label, icon=":material/close:", key=key, type="tertiary", on_click=uninterrupted(write_view), args=(collection, change)
    )
