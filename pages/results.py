"""Results: how well the search works, compared with other methods."""

import streamlit as st

from devise_core.storage.paths import REPOSITORY
from ui import page_layout
from ui.errors import show_errors
from ui.results import sections
from ui.server.engine_cache import current_engine

CARD = REPOSITORY / "MODEL_CARD.md"

page_layout.header(
    "Results",
    "See how often the search is right, how it compares with other methods on the same pictures, and where it fails.",
    choose=True,
)
with show_errors():
    engine = current_engine()
    for section in (sections.figures, sections.training, sections.queries):
        with show_errors():
            section(engine)
    with st.expander("Model card: how the model was made, its limits and its licences", icon=":material/description:"):
        facts = {"Pictures": len(engine.collection), "Dimensions": engine.text.dimension}
        if engine.vocabulary:
            facts = {"Words": len(engine.vocabulary), "Nouns": engine.vocabulary.noun_count, **facts}
        for column, (name, count) in zip(st.columns(len(facts)), facts.items(), strict=True):
            column.metric(name, f"{count:,}")
        if CARD.is_file():
            st.markdown(CARD.read_text("utf-8").split("\n", 1)[1])
        else:
            st.info("The model card is missing. Restore it with git checkout, or run `python -m devise_core build card`.")
