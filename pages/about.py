"""The card and the figures."""

import streamlit as st

from devise_core.layout import REPOSITORY
from ui import frame
from ui.engines import engine
from ui.errors import shown

CARD = REPOSITORY / "MODEL_CARD.md"

frame.header("About the model", "How it was made, what it was trained on, how good it is, and where it fails.")
with shown():
    here = engine()
    words, nouns, pictures, side = st.columns(4)
    words.metric("Word vectors", f"{len(here.text.words):,}")
    nouns.metric("Nouns", f"{len(here.text.nouns):,}")
    pictures.metric("Pictures here", f"{len(here.collection):,}")
    side.metric("Dimensions", here.text.words.dimension)
if CARD.is_file():
    st.markdown(CARD.read_text("utf-8").split("\n", 1)[1])
else:
    st.info("The card is missing: restore it with git checkout, or write it with python -m devise_core build card.")
