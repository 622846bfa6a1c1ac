"""Text → images."""

import streamlit as st

from ui import frame
from ui.engines import engine
from ui.errors import shown
from ui.gallery import gallery
from ui.reading import show_reading
from ui.searchbox import search_box
from ui.text import plain

SIZES = (12, 24, 48)

frame.header("Text search", "Words go in, pictures come out: nearest first, by the cosine of the two vectors. No "
             "picture's label is read.")
box, size = st.columns([4, 1.4], vertical_alignment="bottom")
with box:
    query = search_box("text", "horse, musical instrument, bird near water…")
count = size.segmented_control("Results", SIZES, default=SIZES[1], required=True, key="text_search_k")

with shown("q"):
    here = engine()
    if not query:
        st.info("Type a word or a few: the answer comes as you press Enter.", icon=":material/keyboard_return:")
    else:
        hits = here.search_text(query, k=count or SIZES[1])
        show_reading(here.read_text(query), "q")
        st.caption(f"{len(hits)} of {len(here.collection)} pictures for **{plain(query)}**")
        gallery(here, hits, "text")
        near = here.similar_words(query, k=8)
        st.caption("Words nearby: " + ", ".join(f"{plain(word.word)} {word.cosine:.2f}" for word in near))
