"""Home: pictures that change while you type, and below them the same pictures on a map."""

import streamlit as st

from ui import page_layout, tour, url_state
from ui.errors import show_errors
from ui.home.live_results import answer_of_page, live_results
from ui.query.examples import examples, placeholder
from ui.searchbox import example_pills, search_box
from ui.server.engine_cache import current_engine

with st.container(key="hero"):
    page_layout.header(
        "Search pictures by meaning",
        "Type what you want to see. The app finds pictures by what they show. Pictures that have your words in a caption or "
        "label are listed separately.",
    )

# The results are filled first, so that the first pictures appear without waiting for the examples.
controls, results = st.container(key="controls"), st.container()
text = url_state.read_text(url_state.QUERY)

with results, show_errors():
    engine = current_engine()
    live_results(engine, answer_of_page(engine, text, examples(engine)[0]))

with controls:
    search_box("home", placeholder(), in_row=True)
    with st.container(horizontal=True, vertical_alignment="center", key="offers"), show_errors():
        example_pills("home", examples(current_engine()))
        tour.invitation()

with st.container(horizontal=True, key="tour"):
    st.page_link("../pages/image_search.py", label="Search with a picture", icon=":material/image_search:")
    st.page_link("../pages/photos.py", label="Search your pictures", icon=":material/add_photo_alternate:")
    st.page_link("../pages/results.py", label="How well does it work?", icon=":material/bar_chart:")
