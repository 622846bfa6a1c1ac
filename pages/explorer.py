"""The map of a collection: pictures, words and your query in one space."""

import streamlit as st

from ui import page_layout
from ui.errors import shown
from ui.map.explore import explore
from ui.searchbox import search_box
from ui.server.engine_cache import engine

page_layout.header(
    "Embedding explorer",
    "Every point is a picture, near to others that mean the like. Point at one to see it, press it "
    "to meet its neighbours, draw around some to collect them, search to light up the nearest.",
)
box, own = st.columns([4, 1.3], vertical_alignment="center")
with box:
    query = search_box("explorer", "Put a query on the map: violin, animal, fruit…")
with shown("q"):
    explore(engine(), query, own)
