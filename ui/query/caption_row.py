"""A second row of results: pictures whose label, caption or category has the words of a query."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.errors import UnknownWordError
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.index import MAX_HITS
from devise_core.text.query import Query
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.query.match_controls import read_filter
from ui.session_query import read_query

COUNT = 12
"""How many pictures the row has at most."""


def described(engine: Engine, query: Query | str, shown: Collection[str], where: Condition = EVERYTHING) -> list[Hit]:
    """Return the pictures that are described with the words of a query.

    Args:
        engine: The engine over the collection.
        query: A query, or a text that cannot be read as one.
        shown: Ids of pictures to leave out.
        where: The condition that the pictures must satisfy.
    """
    hits = engine.found_by_caption(query, min(COUNT + len(shown), MAX_HITS), where)
    return [hit for hit in hits if hit.id not in shown][:COUNT]


def caption_row(
    engine: Engine, query: Query | str, where: Condition, shown: Collection[str] = (), is_first: bool = False
) -> list[Hit]:
    """Show the pictures that are described with the words of a query, in a row separate from the search results.

    Args:
        engine: The engine over the collection.
        query: A query, or a text that cannot be read as one.
        where: The condition that the pictures must satisfy.
        shown: Ids of pictures that the page shows already. These pictures are left out.
        is_first: Whether the results of the search follow below.

    Returns:
        The pictures that were shown.
    """
    hits: list[Hit] = []
    with show_errors():  # the results of the search stay if the file of captions is damaged
        hits = described(engine, query, shown, where)
    if not hits:
        return hits
    with st.container(key="by-caption"):
        if not is_first:
            st.divider()
        st.header("Found by caption or label")
        st.caption("These pictures have your words in their captions or labels. They do not change the order of the other results.")
        gallery(engine, hits, "captions", plain=True)
        if is_first:
            st.divider()
    return hits


def read_or_find_by_caption(engine: Engine, text: str, place: DeltaGenerator) -> Query:
    """Read a query. If none of its words is known, show the pictures that are described with these words at ``place``.

    Raises:
        UnknownWordError: None of the words to look for is known.
        QueryError: The query cannot be read.
    """
    try:
        return read_query(engine, text)
    except UnknownWordError:
        with place:
            caption_row(engine, text, read_filter(engine).condition)
        raise
