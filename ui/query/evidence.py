"""What the classifier's evidence for a query decides: the senses to choose from, and what to show if nothing matches.

``search/label_evidence.py`` explains the evidence.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from contextlib import suppress

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.errors import ArtifactError
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.text.senses import Sense
from devise_core.text.unmodelled import quoted
from devise_core.verbs.evidence import Evidence
from devise_core.verbs.matches import CLOSEST, Matches
from ui import url_state
from ui.assistance import announced
from ui.errors import offer_spellings
from ui.hit.tiles import Marks
from ui.links import link
from ui.text import plain

MOST_WRITTEN = 48
"""Pictures with words of the query in their captions or labels are counted up to this number."""


def show_senses(engine: Engine, query: Query, evidence: Evidence) -> None:
    """Offer the senses of an ambiguous noun, each as a link to a search for that sense alone."""
    if not engine.parts.senses or not query.senses:
        return
    shown = {sense.text for sense, is_shown in evidence.senses if is_shown}
    current = {sense.text for sense in query.senses} if len(query.senses) == 1 else set()
    allowed = [sense for sense in engine.parts.senses.of(query.senses[0].noun) if engine.parts.word_filter.allows(sense.text)]
    offered = [sense for sense in allowed if sense.text not in current]
    if not offered:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="senses"):
        st.caption("This word has several meanings. Search for one:" if not current else "Another meaning:", width="content")
        for sense in offered:
            link("text_search", _sense_label(sense, shown or None), f"sense-{sense.tag}", **{url_state.QUERY: sense.text})


def _ids_in(hits: Sequence[Hit], ranking: Ranking) -> set[str]:
    """Return the ids of the ``hits`` that are in ``ranking``, for the marks of a grid."""
    rows = set(ranking.rows.tolist())
    return {hit.id for hit in hits if hit.row in rows}


def match_marks(hits: Sequence[Hit], matches: Matches, strong: Ranking | None = None) -> Marks:
    """Return the marks of ``hits``: which match well, and which may match. If the app is not sure, no hit is marked as a match.

    Args:
        hits: The pictures to mark.
        matches: What a query matches.
        strong: The pictures that match well, or None for those that ``matches`` has.
    """
    if not matches.sure:
        return Marks(strong=())
    strong = matches.strong() if strong is None else strong
    return Marks(strong=_ids_in(hits, strong), possible=_ids_in(hits, matches.likely()))


def absence_sentence(engine: Engine, query: Query, text: str, where: Condition = EVERYTHING) -> str:
    """Return what a page says if no picture clearly shows the query, with the number of pictures that have its words in a caption.

    Args:
        engine: The engine over the collection.
        query: The query.
        text: The text of the query as the page shows it, for example escaped for Markdown.
        where: The condition that the pictures with a caption must satisfy.
    """
    written = 0
    with suppress(ArtifactError):  # the row of pictures found by caption reports the error
        written = len(engine.found_by_caption(query, MOST_WRITTEN, where))
    if not written:
        return f"No picture here clearly shows “{text}”."
    count = "1 picture has" if written == 1 else f"{written}{' or more' * (written == MOST_WRITTEN)} pictures have"
    words = "the word" if len(query.words) == 1 == len(text.split()) else "some of these words"
    return f"The app is not sure that any picture shows “{text}”. {count} {words} in a caption or label."


def explain_absence(engine: Engine, query: Query, matches: Matches, where: Condition = EVERYTHING) -> None:
    """Say that nothing matches, and offer the nearest kind of thing that the collection shows.

    Args:
        engine: The engine over the collection.
        query: The query.
        matches: What the query matches.
        where: The condition that pictures must satisfy to be counted for their captions.
    """
    with st.container(key="absent"):
        with announced("absence"):
            st.info(absence_sentence(engine, query, plain(query.respelled_text, 80), where), icon=":material/search_off:")
        if matches.evidence and matches.evidence.near_miss:
            name = matches.evidence.near_miss.name
            link("text_search", f"Try instead: {name}", "near-miss", **{url_state.QUERY: name})


def unknown_sentence(words: Sequence[str]) -> str:
    """Return what a page says if the words are so rare that they may mean nothing, and no picture is similar to them."""
    return f"The app does not know the meaning of {quoted(words)}. Check the spelling, or try an example."


def explain_unknown(engine: Engine, query: Query, matches: Matches, field: str) -> None:
    """Say that the words of a query have no known meaning, and offer words that are spelled like them.

    A word that ``offer_other_meaning`` offers is not offered again.
    """
    st.warning(plain(unknown_sentence(matches.rare_words), 600), icon=":material/spellcheck:")
    offered = {meaning.form for meaning in query.other_meaning.values()}
    near = {word: [each for each in similar if each not in offered] for word, similar in spellings(engine, matches).items()}
    if any(near.values()):
        offer_spellings(near, field)


def spellings(engine: Engine, matches: Matches) -> dict[str, list[str]]:
    """Return each rare word of a query with the similar spellings to offer."""
    return engine.vocabulary.spellings(matches.rare_words) if engine.vocabulary else {}


def closest_sentence(query: str) -> str:
    """Return what a page says in place of a count if the app is not sure that any picture matches."""
    return f"**Closest we have** for “{plain(query, 80)}”. The app is not sure that these pictures show it."


def closest(engine: Engine, matches: Matches, shown: Container[str] = (), count: int = CLOSEST) -> list[Hit]:
    """Return the closest pictures whose ids are not in ``shown``, and show the heading for them if there are any."""
    hits = [hit for hit in engine.hits(matches.closest[:count]) if hit.id not in shown]
    if hits:
        st.header("The closest pictures in meaning")
    return hits


def _sense_label(sense: Sense, shown: set[str] | None) -> str:
    """Return the label of a sense, which also says if the model was not trained on it or if the collection does not show it."""
    if not sense.label_count:
        return f"{sense.text}, known only from text"
    return sense.text if shown is None or sense.text in shown else f"{sense.text}, not in this collection"
