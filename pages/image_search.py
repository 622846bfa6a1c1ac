"""Image search: pictures similar to a picture, in meaning and in appearance, or combined with words."""

import streamlit as st

from ui import page_layout
from ui.errors import show_errors
from ui.picture.choose import choose_picture, encode_chosen, show_picture, shows_anything
from ui.picture.similar_images import best_words, combine_with_words, similar_pictures
from ui.server.engine_cache import current_engine

PICTURE_AND_RESULTS = (2, 3)  # the widths of the columns, so that the picture and its results are both in view

page_layout.header(
    "Image search",
    "Choose a picture to find others that are similar in meaning and in appearance. Drag a box on the picture to search with "
    "that part only, or combine the picture with words.",
    choose=True,
)
with show_errors():
    engine = current_engine()
    left, right = st.columns(PICTURE_AND_RESULTS, gap="large")
    with left:
        chosen = choose_picture(engine, "image_search")
        if chosen is None:
            st.info(
                "Choose a picture, or use your own. Pictures you upload are kept in memory only and are deleted when you close or "
                "reload the page.",
                icon=":material/photo_camera:",
            )
        else:
            show_picture(chosen, "image_search")
    if chosen is not None and shows_anything(chosen):
        encoded = encode_chosen(engine, chosen)
        with right, show_errors():
            combine_with_words(engine, chosen, encoded)
            similar_pictures(engine, chosen, encoded)
        with left:
            best_words(engine, encoded)
