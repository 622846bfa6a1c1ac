"""What is similar to a picture: words, other pictures, and pictures that are similar both to the picture and to words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import By, Engine
from devise_core.serving import event_log
from devise_core.text.query import Query
from devise_core.text.tokens import tokens
from devise_core.vision.image_encoder import Encoded
from ui.blocked_words import NOT_COMBINED, refuse_blocked, words_of
from ui.errors import show_errors
from ui.hit.beside_people import similar_to
from ui.hit.best_words import words_title
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.picture.choose import Chosen
from ui.query.query_help import query_help
from ui.query.reading import say_unmodelled, show_reading
from ui.searchbox import example_pills, search_box
from ui.text import APPEARANCE_HELP, NO_WORD_LIST, PICTURES_HELP, plain

COUNT, WORDS = 12, 6
_POOL = 4
"""If a query excludes words, the search asks for this many times ``COUNT`` pictures, because pictures are left out later."""
PICTURE, OLD_NAME = "picture", "photo"
"""The name of the chosen picture in a query, and its name in links from earlier versions."""
EXAMPLES = ("sea", "snow", "baby", "toy", "music")
LEAST_SIMILAR: Mapping[By, float] = {"semantic": 0.5, "visual": 0.35}
"""Pictures below this similarity to the chosen picture are marked as weak. The picture nearest in meaning has the main category of
the chosen picture in 6 of 18 cases below 0.5, and in 559 of 747 cases from 0.5 on. In appearance, one in ten pairs of pictures
reaches 0.35. All figures are for bundled pictures."""
RESEMBLES = 0.6
"""In a search with words, a result below this similarity to the chosen picture is marked as weak, unless it shows the words. The
value was chosen by eye on three pictures."""
_HELP: Mapping[By, str] = {"semantic": PICTURES_HELP, "visual": APPEARANCE_HELP}
_NOTHING: Mapping[By, str] = {
    "semantic": "No picture here is clearly similar in meaning. These are the nearest.",
    "visual": "No picture here clearly looks similar. These are the nearest.",
}
FORMS = ((f"like:{PICTURE} + sea", "the picture you chose, with the sea"),)


def best_words(engine: Engine, encoded: Encoded) -> None:
    """Show the words that describe the picture best, each as a link that searches for the word."""
    if engine.vocabulary is None:
        st.caption(NO_WORD_LIST)
        return
    st.caption(f"**{words_title(engine, encoded)}.** Click one to search for it.")
    with st.container(horizontal=True, gap="small", key="best-words"):
        for word in engine.label_encoded(encoded, k=WORDS):
            st.page_link(
                "../pages/text_search.py",
                label=plain(word.word),
                icon=":material/sell:",
                query_params={"q": word.word},
                width="content",
            )


def combine_with_words(engine: Engine, chosen: Chosen, encoded: Encoded) -> None:
    """Let the visitor combine the picture with words, and show the pictures similar to both."""
    words = search_box("image_search", "Combine the picture with words: at sea, snow -people…", choose=False)
    with st.container(horizontal=True, vertical_alignment="center", key="offers"):
        example_pills("image_search", EXAMPLES)
        query_help(FORMS)
    if not words:
        return
    with show_errors("q"):
        text, pictures = with_picture(words), dict.fromkeys((PICTURE, OLD_NAME), encoded.embeddings[0])
        with event_log.timed_search(text) as facts:
            query = engine.query(text, pictures)
            refuse_blocked(engine, words_of(query), NOT_COMBINED)
            unwanted = [term.word for term in query.reading.terms if term.weight < 0 and term.kind == "words"]
            hits = without_shown(engine, engine.search_text(query, _POOL * COUNT if unwanted else COUNT + 1), unwanted)[: COUNT + 1]
            facts["terms"], facts["hits"] = len(query.reading.terms), len(hits)
        show_reading(query.reading, "q", pictures)
        say_unmodelled(query)
        if any(term.kind == "words" for term in query.reading.terms):
            shown = without(chosen, hits)
            marks = marks_of_both(engine, shown, encoded, query)  # first, so that heading and pictures appear together
            wanted = any(term.kind == "words" and term.weight > 0 for term in query.reading.terms)
            st.header(f"This picture{' and' if wanted else ','} {plain(words, 60)}")
            if wanted:
                st.caption("The pictures closest to both. A picture may show only one of them.")
            gallery(engine, shown, "sum", marks)


def marks_of_both(engine: Engine, hits: Sequence[Hit], encoded: Encoded, query: Query) -> Marks:
    """Mark as weak the pictures that neither resemble the chosen picture nor show the words, as far as the app can tell."""
    if not hits:
        return Marks()
    compared = engine.rank([hit.row for hit in hits], encoded.embeddings[0])
    strong = {hit.id for hit in compared if hit.cosine >= RESEMBLES}
    words = [term.word for term in query.reading.terms if term.kind == "words" and term.weight > 0]
    matching = set(engine.matches(engine.query(" ".join(words))).likely().rows.tolist()) if words else set()
    return Marks(strong=strong | {hit.id for hit in hits if hit.row in matching or _is_labelled(hit, words)})


def _is_labelled(hit: Hit, words: Sequence[str]) -> bool:
    return any(word in tokens(" ".join(hit.item.labels)) for word in words)


def without_shown(engine: Engine, hits: Sequence[Hit], words: Sequence[str]) -> list[Hit]:
    """Leave out pictures that show what the visitor does not want, according to their labels or the classifier.

    Args:
        engine: The engine over the collection.
        hits: The pictures.
        words: What the pictures should not show.
    """
    evidence, classifier = engine.parts.evidence, engine.parts.classifier
    if not hits or not words or evidence is None or classifier is None:
        return list(hits)
    features = engine.collection.vector_rows("visual")[np.asarray([hit.row for hit in hits])]
    shown = evidence.show_any(words, classifier.shares(features)).tolist()
    return [hit for hit, is_shown in zip(hits, shown, strict=True) if not is_shown and not _is_labelled(hit, words)]


def with_picture(words: str) -> str:
    """Return the query for the picture and ``words``. If the words already name the picture, they are returned unchanged."""
    if any(f"like:{name}" in words.lower() for name in (PICTURE, OLD_NAME)):
        return words
    return f"like:{PICTURE} {words}" if words.lstrip().startswith(("-", "+", "−")) else f"like:{PICTURE} + {words}"


def similar_pictures(engine: Engine, chosen: Chosen, encoded: Encoded) -> None:
    """Show pictures that are similar in meaning and in appearance, side by side."""
    left, right = st.columns(2, gap="small")
    with left:
        st.header("Similar in meaning", help="Pictures that show similar things, whatever they look like.")
        show_similar(engine, without(chosen, similar_to(engine, encoded, COUNT + 1)), "meaning")
    with right:
        st.header("Similar in appearance", help="Pictures with similar shapes, colours and textures, whatever they show.")
        show_similar(engine, without(chosen, similar_to(engine, encoded, COUNT + 1, "visual")), "looks", "visual")


def show_similar(engine: Engine, hits: Sequence[Hit], key: str, by: By = "semantic") -> None:
    """Show pictures that are similar to another picture. Those below ``LEAST_SIMILAR`` are marked as weak.

    Args:
        engine: The engine over the collection.
        hits: The pictures.
        key: A widget key for the grid.
        by: Whether meaning ("semantic") or appearance ("visual") was compared.
    """
    marks = similarity_marks(hits, by)
    if hits and not marks.strong:
        st.info(_NOTHING[by], icon=":material/search_off:")
    gallery(engine, hits, key, marks, help_text=_HELP[by])


def similarity_marks(hits: Sequence[Hit], by: By = "semantic") -> Marks:
    """Return marks for pictures that are similar to another picture. Those below ``LEAST_SIMILAR`` are weak."""
    return Marks(strong={hit.id for hit in hits if hit.cosine >= LEAST_SIMILAR[by]})


def without(chosen: Chosen, hits: Sequence[Hit]) -> list[Hit]:
    """Return the first ``COUNT`` hits other than the chosen picture."""
    return [hit for hit in hits if hit.id != chosen.item][:COUNT]
