"""Image → images, by meaning and by looks."""

import streamlit as st

from ui import frame
from ui.engines import engine
from ui.errors import shown
from ui.gallery import gallery
from ui.picture import choose_picture, show_picture
from ui.text import plain
from ui.warm import network

COUNT = 12

frame.header("Image search", "By meaning: the picture's place among the words. By looks: the network's own features, "
             "before any word.")
with shown():
    here = engine()
    left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = choose_picture(here, "image_search")
        if chosen is None:
            st.info("Choose a picture. It is read in memory and not kept.", icon=":material/photo_camera:")
        else:
            show_picture(chosen, "image_search")
    if chosen is not None:
        if chosen.item:
            meaning, looks = (here.more_like(chosen.item, COUNT, by=by) for by in ("semantic", "visual"))
            words = here.label_embedding(here.collection.embeddings[here.collection.row(chosen.item)], k=6)
        else:
            with network(here):
                encoded = here.encode(chosen.image)
            meaning, looks = (here.search_encoded(encoded, COUNT, by=by) for by in ("semantic", "visual"))
            words = here.label_embedding(encoded.embeddings[0], k=6)
        with right:
            st.caption("Nearest words: follow one to search by it")
            for word in words:
                st.page_link("text_search.py", label=f"{plain(word.word)}  ·  {word.cosine:.2f}", icon=":material/sell:",
                             query_params={"q": word.word, "collection": here.collection.name})
        left, right = st.columns(2, gap="medium")
        with left:
            st.subheader("Alike in meaning")
            gallery(here, meaning, "meaning")
        with right:
            st.subheader("Alike in looks")
            gallery(here, looks, "looks")
