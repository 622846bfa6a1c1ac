"""Home: what the app does, and a search that works right away."""

import streamlit as st

from ui import page_layout, tour, url_state
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.query.examples import examples
from ui.query.first_matches import first_matches
from ui.query.reading import say_unmodelled, show_reading
from ui.searchbox import example_pills, search_box
from ui.server import event_log
from ui.server.engine_cache import current_engine
from ui.session_query import read_query

COUNT = 12

with st.container(key="hero"):
    page_layout.header(
        "Search pictures by meaning",
        "Type what you want to see. The app compares your words with the pictures themselves, so your words need not be the "
        "words on a label. Try **avian**, which finds birds.",
    )

# The results are filled first, so that the first pictures appear without waiting for the examples.
controls, results = st.container(), st.container()
text = url_state.read_text(url_state.QUERY)

with results, show_errors("q"):
    engine = current_engine()
    example = examples(engine)[0]
    if text:
        with event_log.timed_search(text) as facts:
            query = read_query(engine, text)
            show_reading(query.reading, "q")
            say_unmodelled(query)
            facts["terms"], facts["hits"] = len(query.reading.terms), first_matches(engine, query, "home", COUNT)
    else:
        st.caption(f"Results for **{example}**, as an example:")
        gallery(engine, engine.search_text(example, k=COUNT), "home")

with controls:
    search_box("home", "Type anything: violin, something sweet, at sea…")
    with st.container(horizontal=True, vertical_alignment="center", key="offers"), show_errors():
        example_pills("home", examples(current_engine()))
        tour.invitation()

st.divider()
with st.container(horizontal=True, key="tour"):
    st.page_link("../pages/image_search.py", label="Search with a picture", icon=":material/image_search:")
    st.page_link("../pages/photos.py", label="Search your pictures", icon=":material/add_photo_alternate:")
    st.page_link("../pages/explorer.py", label="Explore the map", icon=":material/scatter_plot:")
    st.page_link("../pages/results.py", label="How well does it work?", icon=":material/bar_chart:")
