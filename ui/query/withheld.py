"""What a page shows for a query that it does not answer with similar pictures: the reason, and what to try instead."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.search.conditions import Condition
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_atrocity
from ui import url_state
from ui.blocked_words import withheld_sentence
from ui.links import link
from ui.query.caption_row import caption_row
from ui.query.examples import ways_on
from ui.text import plain

OFFERED = 4
NO_RESULT = "Try an example:"


def explain_withheld(query: Query, listed: bool | None = None) -> None:
    """Say why no similar picture is shown. If the query has only judgements, such as "ugly", ``say_unmodelled`` says why.

    Args:
        query: The query.
        listed: Whether pictures with the words in their captions or labels follow. None on a page that does not search captions.
    """
    if not query.only_unmodelled:
        st.info(plain(withheld_sentence(query, listed), 300), icon=":material/info:")


def show_withheld(engine: Engine, query: Query, where: Condition) -> int:
    """Say why no similar picture is shown, and show the pictures or examples of ``captioned_or_examples``.

    Args:
        engine: The engine over the collection.
        query: The query.
        where: The condition that the pictures must satisfy.

    Returns:
        How many pictures are shown.
    """
    explanation = st.container()
    shown = captioned_or_examples(engine, query, where)
    with explanation:
        explain_withheld(query, listed=shown > 0)
    return shown


def captioned_or_examples(engine: Engine, query: Query, where: Condition) -> int:
    """Show the pictures that are described with the words of a query, or else example queries.

    For a query about an atrocity no examples are shown.

    Args:
        engine: The engine over the collection.
        query: The query.
        where: The condition that the pictures must satisfy.

    Returns:
        How many pictures are shown.
    """
    shown = len(caption_row(engine, query, where))
    if not shown and not is_atrocity(query.respelled_text):
        with st.container(horizontal=True, vertical_alignment="center", key="way-on"):
            st.caption(NO_RESULT, width="content")
            for example in ways_on(engine, query)[:OFFERED]:
                link("text_search", plain(example), f"way-on-{example}", ":material/search:", **{url_state.QUERY: example})
    return shown
