"""What this is, and a search that works right here."""

import streamlit as st

from ui import page_layout, tour, url_state
from ui.errors import shown
from ui.hit.gallery import gallery
from ui.query.examples import examples
from ui.query.first_matches import first_matches
from ui.query.reading import show_reading
from ui.searchbox import example_pills, search_box
from ui.server import event_log
from ui.server.engine_cache import engine
from ui.session_query import read_query

FIRST = 12

with st.container(key="hero"):
    page_layout.header(
        "Find pictures by what they mean",
        "A small neural network maps every picture into the space of word vectors, so "
        "words and pictures can be compared directly. It finds things that no picture was ever labelled with: try "
        "**avian**.",
    )

above, results = st.container(), st.container()  # filled the other way round: the first pictures wait for nothing else
query = url_state.text(url_state.QUERY)

with results, shown("q"):
    here = engine()
    first = examples(here)[0]
    if query:
        with event_log.searching(query) as heard:
            asked = read_query(here, query)
            show_reading(asked.reading, "q")
            heard["terms"], heard["hits"] = len(asked.reading.terms), first_matches(here, asked, "home", FIRST)
    else:
        st.caption(f"For example, **{first}**:")
        gallery(here, here.search_text(first, k=FIRST), "home")

with above:
    search_box("home", "Type anything: violin, something sweet, at sea…")
    with st.container(horizontal=True, vertical_alignment="center", key="offers"), shown():
        example_pills("home", examples(engine()))
        tour.invitation()

st.divider()
with st.container(horizontal=True, key="tour"):
    st.page_link("../pages/image_search.py", label="Search with a picture", icon=":material/image_search:")
    st.page_link("../pages/photos.py", label="Search your own photos", icon=":material/add_photo_alternate:")
    st.page_link("../pages/explorer.py", label="See the map", icon=":material/scatter_plot:")
    st.page_link("../pages/results.py", label="How good is it?", icon=":material/bar_chart:")
