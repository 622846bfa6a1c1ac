"""The first few pictures for a query, on a page where they are not the main result."""

from __future__ import annotations

import streamlit as st

from devise_core.engine import Engine
from devise_core.text.query import Query
from devise_core.verbs.matches import Matches
from ui.assistance import announced
from ui.hit.gallery import gallery
from ui.links import link
from ui.query.evidence import closest, closest_sentence, explain_absence, explain_unknown, match_marks
from ui.query.withheld import explain_withheld
from ui.text import ORDER_HELP, match_count, plain


def first_matches(engine: Engine, query: Query, page: str, count: int, closest_too: bool = True) -> int:
    """Show the first ``count`` pictures for ``query``, with weak matches last and marked, and a link to all results.

    Args:
        engine: The engine over the collection.
        query: What to search for.
        page: A name that makes the widget keys unique.
        count: How many pictures to show.
        closest_too: Whether to show the closest pictures if none matches.

    Returns:
        How many pictures of the collection match well.
    """
    matches = engine.matches(query)
    if matches.withheld:
        explain_withheld(query)
        return 0
    if matches.unknown:
        explain_unknown(engine, query, matches, page)
        return 0
    ranking = matches.closest if not matches.sure else matches.likely() or matches.ranking
    if matches.absent:
        explain_absence(engine, query, matches)
    with st.container(horizontal=True, vertical_alignment="center", key=f"account-{page}"):
        if not matches.absent:
            with announced(f"matches-{page}", width="content"):
                st.caption(_summary(engine, query, matches, bool(ranking)), width="content", help=ORDER_HELP)
        more = "See the closest pictures" if matches.absent else "See all, filter and sort"
        link("text_search", more, f"all-{page}", ":material/arrow_forward:", q=query.text)
    if matches.absent and not closest_too:
        return 0
    hits = closest(engine, matches, count=count) if matches.absent else engine.hits(ranking[:count])
    if hits:
        gallery(engine, hits, page, match_marks(hits, matches), plain=True)
    return matches.strong_count()


def _summary(engine: Engine, query: Query, matches: Matches, any_shown: bool) -> str:
    if strong := matches.strong_count():
        possible = len(matches.likely()) - len(matches.strong())
        return match_count(strong, len(engine.collection), possible) if matches.sure else closest_sentence(query.respelled_text)
    nearest = " These are the nearest." * any_shown
    return f"No picture in {plain(engine.collection.title)} clearly shows “{plain(query.respelled_text, 80)}”.{nearest}"
