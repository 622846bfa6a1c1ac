"""The map explorer: a map of all pictures of a collection."""

import streamlit as st

from ui import page_layout, url_state
from ui.errors import show_errors
from ui.map.explore import explore
from ui.query.examples import placeholder
from ui.searchbox import search_box
from ui.server.engine_cache import current_engine

page_layout.header(
    "Map explorer",
    "Each point is a picture, and similar pictures are close together. Click one, search, or lasso a group.",
)
search_column, upload_column = st.columns([4, 1.3], vertical_alignment="center")
with search_column:
    query = search_box("explorer", placeholder("Find it on the map"), removed=(url_state.ITEM, url_state.REGION))
with show_errors("q"):
    explore(current_engine(), query, upload_column)
