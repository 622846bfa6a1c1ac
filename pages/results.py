"""Results: how well the search works, compared with other methods."""

import streamlit as st

from ui import page_layout
from ui.errors import show_errors
from ui.results import sections
from ui.server.engine_cache import current_engine
from ui.url_state import PROTOCOL

page_layout.header(
    "Results",
    "See how often the app is right, and where it fails.",
    choose=True,
)
with show_errors():
    engine = current_engine()
    for section in (sections.summary, sections.queries):
        with show_errors():
            section(engine)
    linked = PROTOCOL in st.query_params or PROTOCOL in st.session_state  # a link to a protocol shows its tables
    researchers = st.expander(
        "For researchers: all tables, the training and the model card",
        linked,
        key="results_researchers",
        icon=":material/science:",
        on_change="rerun",
    )
    if researchers.open:  # nobody sees the tables and charts of a closed section
        with researchers:
            for section in (sections.figures, sections.training, sections.model_card):
                with show_errors():
                    section(engine)
