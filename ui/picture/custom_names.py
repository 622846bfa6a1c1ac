"""Sort uploaded pictures by a visitor's own list of words."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.vision.image_encoder import Encoded
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.picture.typed_labels import read_labels, say_not_used
from ui.text import plain

MAX_CHARACTERS = 2000


def name_with_own_words(engine: Engine) -> None:
    """Let the visitor type words, and show each picture under the word that fits it best, or under "Not sure"."""
    text = st.text_input(
        "Your words, separated by commas",
        placeholder="people, dog, beach, food",
        key="photos_words",
        max_chars=MAX_CHARACTERS,
        help="Any English words, even ones that the app was not trained on. Each picture is shown under the word that fits it "
        "best, if the app is sure of one.",
    )
    words = read_labels(engine, text)
    if not words:
        st.caption("Type two or more words to sort your pictures by them.")
        return
    with show_errors():
        groups = engine.sort_by_labels(words)
        pictures = Encoded(engine.collection.features, engine.collection.embeddings)
        say_not_used(engine, words, pictures, {word for word in groups if word})
        for number, (word, hits) in enumerate(groups.items()):
            st.header(f"{plain(word) if word else 'Not sure'} ({len(hits)})", anchor=False)
            gallery(engine, hits, f"words-{number}", plain=True)
