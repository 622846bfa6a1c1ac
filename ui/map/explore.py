"""The explorer: a query, a picture of yours and a region, on the map and below it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from devise_core.collections.map_labels import NAMED_BY
from devise_core.engine import Engine
from devise_core.errors import shortened
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.image_reader import SUFFIXES
from ui.errors import shown
from ui.hit.gallery import gallery
from ui.map.cards import NEAR, picture_card, region_card
from ui.map.data import drawn
from ui.map.view import View, read_view
from ui.map.widget import WAYS, Marks, Pin, how_placed, show_map
from ui.query.reading import show_reading
from ui.server import event_log
from ui.server.model_queue import network
from ui.session_query import read_query
from ui.text import plain

LIT = 12
LONGEST = 40


def explore(engine: Engine, query: str, beside: DeltaGenerator) -> None:
    """All of the page below its search box, and what stands ``beside`` that. Raises ``DeviseError``."""
    collection = engine.collection
    view = read_view(collection)
    pins = [pin for pin in (_own_picture(engine, beside), _asked(engine, query)) if pin]
    near = [] if view.row is None else [hit.row for hit in engine.more_like(collection.items[view.row].id, NEAR)]
    inside = view.region.rows(collection.projections) if view.region else None
    marks = Marks(pins, near) if inside is None else Marks(pins, near, inside)
    show_map(engine, view, marks)
    _say(engine, view, marks)
    if view.row is not None:
        picture_card(engine, view.row)
    if inside is not None:
        region_card(engine, inside)
    for number, pin in enumerate(pins):
        st.header(f"Nearest to {plain(pin.text)}", anchor=False)
        gallery(engine, engine.rank(list(pin.lit), pin.vector), f"map-{number}")


def _asked(engine: Engine, query: str) -> Pin | None:
    with shown("q"):
        if query:
            with event_log.searching(query) as heard:
                asked = read_query(engine, query)
                hits = engine.search_text(asked, k=LIT)
                heard["terms"], heard["hits"] = len(asked.reading.terms), len(hits)
            show_reading(asked.reading, "q")
            return Pin(shortened(query, LONGEST), asked.vector, [hit.row for hit in hits])
    return None


def _own_picture(engine: Engine, beside: DeltaGenerator) -> Pin | None:
    """A picture of the visitor's, kept while the page is open."""
    with beside.popover("Your picture", icon=":material/add_photo_alternate:", width="stretch"):
        file = st.file_uploader(
            "A picture of yours",
            type=[suffix[1:] for suffix in SUFFIXES],
            key="explorer_file",
            help="It is read in memory, and goes with the visit.",
        )
    if file is None:
        return None
    with shown():
        image = read_upload(file.getvalue())
        with network(engine):
            encoded = engine.encode(image)
        hits = engine.search_encoded(encoded, LIT)
        return Pin("your picture", encoded.embeddings[0], [hit.row for hit in hits])
    return None


def _say(engine: Engine, view: View, marks: Marks) -> None:
    """How the map came about, and how far to believe it."""
    projections, count = engine.collection.projections, len(engine.collection)
    said = [how_placed(view, marks)]
    if view.name in projections.kept:
        said.append(
            f"Trustworthiness of {WAYS[view.name[:-1]]} in {view.name[-1]} dimensions, ten neighbours by cosine: "
            f"{projections.kept[view.name]:.2f}."
        )
    if view.colour == "right":
        said.append(f"Right: a label of the picture, or a word of it, is among its {NAMED_BY} nearest nouns.")
    if (shown_count := len(drawn(count))) < count:
        said.append(f"{shown_count:,} of {count:,} pictures are drawn, evenly sampled; regions count them all.")
    st.caption(" ".join(filter(None, said)))
