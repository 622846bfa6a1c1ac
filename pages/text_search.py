"""Text → images."""

import streamlit as st

from ui import page_layout
from ui.errors import shown
from ui.query.examples import examples
from ui.query.matches import show_matches
from ui.query.query_help import help_with_queries
from ui.query.reading import show_reading
from ui.searchbox import example_pills, search_box
from ui.server import event_log
from ui.server.engine_cache import engine
from ui.session_query import read_query
from ui.text import plain

page_layout.header(
    "Text search", "Words go in, pictures come out: nearest first, by the cosine of the two vectors. No picture's label is read."
)
query = search_box("text", "horse, musical instrument, animal -bird, like:violin…")
with shown("q"):
    here = engine()
    with st.container(horizontal=True, vertical_alignment="center", key="offers"):
        example_pills("text", examples(here))
        help_with_queries()
    if not query:
        st.info("Type a word or a few, or press an example: the answer comes at once.", icon=":material/keyboard_return:")
    else:
        with event_log.searching(query) as heard:
            asked = read_query(here, query)
            show_reading(asked.reading, "q")
            heard["terms"], heard["hits"] = len(asked.reading.terms), show_matches(here, asked)
        near = here.similar_words(asked, k=8)
        st.caption("Words nearby: " + ", ".join(f"{plain(word.word)} {word.cosine:.2f}" for word in near))
