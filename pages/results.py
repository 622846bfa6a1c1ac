"""The figures, the curves, the best and worst queries, and the card."""

import streamlit as st

from devise_core.storage.paths import REPOSITORY
from ui import page_layout
from ui.errors import shown
from ui.results import sections as results
from ui.server.engine_cache import engine

CARD = REPOSITORY / "MODEL_CARD.md"

page_layout.header("Results", "How good it is, beside a plain classifier and the methods it must beat, and where it fails.")
with shown():
    here = engine()
    for section in (results.figures, results.training, results.queries):
        with shown():
            section(here)
    with st.expander("The model card: how it was made, its limits, and licences", icon=":material/description:"):
        facts = {
            "Word vectors": len(here.vocabulary or ()),
            "Nouns": here.vocabulary.noun_count if here.vocabulary else 0,
            "Pictures here": len(here.collection),
            "Dimensions": here.text.dimension,
        }
        for column, (name, count) in zip(st.columns(len(facts)), facts.items(), strict=True):
            column.metric(name, f"{count:,}")
        if CARD.is_file():
            st.markdown(CARD.read_text("utf-8").split("\n", 1)[1])
        else:
            st.info("The card is missing: restore it with git checkout, or write it with python -m devise_core build card.")
