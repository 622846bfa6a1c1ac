"""What is near to a picture: words, pictures, and pictures near to it and to words at once."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.vision.image_encoder import Encoded
from ui.errors import shown
from ui.hit.gallery import gallery
from ui.picture.choose import Chosen
from ui.query.reading import show_reading
from ui.searchbox import example_pills, search_box
from ui.server import event_log
from ui.text import plain

COUNT, WORDS = 12, 6
PHOTO = "photo"
"""What the picture is called in a query."""
EXAMPLES = ("sea", "snow", "baby", "toy", "music")


def nearest_words(engine: Engine, found: Encoded) -> None:
    """Each a link that searches for it."""
    st.caption("Nearest words: follow one to search by it")
    for word in engine.label_embedding(found.embeddings[0], k=WORDS):
        st.page_link(
            "../pages/text_search.py",
            label=f"{plain(word.word)}  ·  {word.cosine:.2f}",
            icon=":material/sell:",
            query_params={"q": word.word},
        )


def also_with_words(engine: Engine, chosen: Chosen, found: Encoded) -> None:
    """The picture as a term of a sum with the words of the search box."""
    st.markdown("**This picture, but…**")
    words = search_box("image_search", "…at sea, snow -people, 2*red")
    example_pills("image_search", EXAMPLES)
    if not words:
        return
    with shown("q"):
        query, terms = with_picture(words), {PHOTO: found.embeddings[0]}
        with event_log.searching(query) as heard:
            asked = engine.query(query, terms)
            hits = engine.search_text(asked, COUNT + 1)
            heard["terms"], heard["hits"] = len(asked.reading.terms), len(hits)
        show_reading(asked.reading, "q", terms)
        st.header(f"This picture and {plain(words, 60)}")
        gallery(engine, without(chosen, hits), "sum")


def with_picture(words: str) -> str:
    """The query for the picture and ``words``; where they name it themselves, as they stand."""
    if f"like:{PHOTO}" in words.lower():
        return words
    return f"like:{PHOTO} {words}" if words.lstrip().startswith(("-", "+", "−")) else f"like:{PHOTO} + {words}"


def nearest_pictures(engine: Engine, chosen: Chosen, found: Encoded) -> None:
    """By meaning and by looks, side by side."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Alike in meaning")
        gallery(engine, without(chosen, engine.search_encoded(found, COUNT + 1, by="semantic")), "meaning")
    with right:
        st.header("Alike in looks")
        gallery(engine, without(chosen, engine.search_encoded(found, COUNT + 1, by="visual")), "looks")


def without(chosen: Chosen, hits: Sequence[Hit]) -> list[Hit]:
    """The first ``COUNT`` that are not the picture itself."""
    return [hit for hit in hits if hit.id != chosen.item][:COUNT]
