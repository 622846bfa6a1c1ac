"""Image → labels: any noun there is, or only the words you type."""

import streamlit as st

from devise_core.engine import WordSet
from ui import page_layout
from ui.errors import shown
from ui.picture.choose import choose_picture, encoded, show_picture
from ui.server.engine_cache import engine
from ui.text import plain

OWN, NOUNS, ALL = "Your own words", "Nouns", "All words"

page_layout.header(
    "Labels",
    "The words nearest to a picture: out of thousands of nouns, or only among words of yours, which "
    "the network was never trained to tell apart. Drag a box on the picture to name a part of it.",
)
with shown():
    here = engine()
    left, right = st.columns(2, gap="large")
    with left:
        chosen = choose_picture(here, "labels")
        if chosen:
            show_picture(chosen, "labels")
    with right:
        choice = st.segmented_control("Choose among", (NOUNS, OWN, ALL), default=NOUNS, required=True, key="labels_vocabulary")
        own: list[str] = []
        if choice == OWN:
            typed = st.text_area(
                "Your labels, apart by commas or lines",
                key="labels_own",
                height=100,
                value="animal, food, music, vehicle, building",
                max_chars=2000,
            )
            own = [word.strip() for word in typed.replace("\n", ",").split(",") if word.strip()]
        if chosen is None:
            st.info("Choose a picture. It is read in memory and not kept.", icon=":material/photo_camera:")
        else:
            vocabulary: WordSet | list[str] = own if choice == OWN else "all" if choice == ALL else "nouns"
            hits = here.label_embedding(encoded(here, chosen).embeddings[0], k=10, vocabulary=vocabulary)
            if hits:
                st.header(f"Most likely: {plain(hits[0].word)}")
            with st.container(key="label-bars"):
                for hit in hits:
                    st.progress(min(max(hit.cosine, 0.0), 1.0), text=f"{plain(hit.word)}  ·  cosine {hit.cosine:.2f}")
