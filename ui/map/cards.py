"""What stands below the map: the picture chosen, and the region drawn."""

from __future__ import annotations

import streamlit as st

from devise_core.collections.export import as_csv
from devise_core.collections.map_labels import common_labels
from devise_core.engine import Engine
from devise_core.vectors import Rows, unit
from ui.hit.detail import open_hit
from ui.hit.gallery import gallery
from ui.hit.tiles import tiles
from ui.links import link
from ui.map.view import choose, write_view
from ui.text import plain

NEAR = 8
SHOWN = 24


def picture_card(engine: Engine, row: int) -> None:
    """A picture with what is known of it, the words nearest to it, and its neighbours, each of which leads on."""
    collection = engine.collection
    item = collection.items[row]
    with st.container(border=True, key="picture-card"):
        left, right = st.columns([1, 3], gap="medium")
        with left, st.container(key="picture-chosen"):
            st.image(collection.picture(row), width="stretch", alt=item.name)
        with right:
            st.header(plain(item.name), anchor=False)
            facts = (item.caption, item.category.replace("/", " › ").replace("_", " "), item.author, item.licence)
            st.caption("  ·  ".join(plain(fact) for fact in facts if fact))
            words = engine.label_embedding(collection.embeddings[row], k=6)
            st.caption("**Nearest nouns**  " + ", ".join(f"{plain(word.word)} {word.cosine:.2f}" for word in words))
            with st.container(horizontal=True):
                if st.button("Why it matched", icon=":material/lightbulb:", key="map-why"):
                    open_hit(item)
                link("image_search", "More like this", "map-more", ":material/image_search:", item=item.id)
                st.button("Close", icon=":material/close:", key="map-close", on_click=write_view, args=(collection, {"item": ""}))
        st.markdown("**Neighbours**, by cosine: press one to go there")
        pressed = tiles(engine, engine.more_like(item.id, NEAR), "neighbours")
    if pressed:
        choose(collection, pressed.id)


def region_card(engine: Engine, rows: Rows) -> None:
    """The pictures of a region, what they have in common, and the table of them."""
    if not len(rows):
        st.info("No picture is in the region: draw around some points, or press Reset.", icon=":material/gesture:")
        return
    collection = engine.collection
    mean = unit(collection.embeddings[rows].mean(axis=0))
    hits = engine.rank(rows.tolist(), mean)
    head, close, download = st.columns([5, 1.2, 1.5], vertical_alignment="bottom")
    head.header(f"{len(rows)} picture{'s' if len(rows) > 1 else ''} in the region", anchor=False)
    close.button(
        "Clear", icon=":material/close:", key="map-clear", width="stretch", on_click=write_view, args=(collection, {"region": ""})
    )
    download.download_button(
        "CSV",
        lambda: as_csv(hits),
        f"{collection.name}-region.csv",
        "text/csv",
        icon=":material/download:",
        key="map-download",
        width="stretch",
        on_click="ignore",
    )
    words = engine.label_embedding(mean, k=8)
    st.caption("**Nouns nearest to its mean**  " + ", ".join(f"{plain(word.word)} {word.cosine:.2f}" for word in words))
    labels = common_labels([collection.items[row] for row in rows], 8)
    if labels:
        st.caption("**Most frequent labels**  " + ", ".join(f"{plain(label)} {count}" for label, count in labels))
    gallery(engine, hits[:SHOWN], "region")
    rest = f"; the nearest {SHOWN} are shown, the CSV has all." if len(rows) > SHOWN else "."
    st.caption(f"Cosine to the region's mean{rest}")
