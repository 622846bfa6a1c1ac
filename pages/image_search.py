"""Image → images, by meaning and by looks, or with words in the sum."""

import streamlit as st

from ui import page_layout
from ui.errors import shown
from ui.picture.choose import choose_picture, encoded, show_picture
from ui.picture.similar_images import also_with_words, nearest_pictures, nearest_words
from ui.server.engine_cache import engine

page_layout.header(
    "Image search",
    "By meaning: the picture's place among the words. By looks: the network's own features, "
    "before any word. Drag a box on it to search by a part, or add words: this photo, but at sea.",
)
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
        found = encoded(here, chosen)
        with right:
            nearest_words(here, found)
        also_with_words(here, chosen, found)
        nearest_pictures(here, chosen, found)
