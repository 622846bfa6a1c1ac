"""The pictures that match a query: filtered, cut off at a threshold, without near-duplicates, sorted and split into pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.verbs.matches import Matches
from ui import url_state
from ui.assistance import announced
from ui.hit import selection
from ui.hit.gallery import gallery
from ui.query.caption_row import caption_row
from ui.query.evidence import (
    absence_sentence,
    closest,
    closest_sentence,
    explain_absence,
    explain_unknown,
    match_marks,
    show_senses,
)
from ui.query.match_controls import BY_DATE, BY_NAME, MatchControls, read_filter, show_controls_below, show_match_controls
from ui.query.withheld import show_withheld
from ui.text import SIMILARITY_HELP, match_count, plain, short_date


def show_matches(engine: Engine, query: Query) -> int:
    """Show the pictures nearest to a query.

    Args:
        engine: The engine over the collection.
        query: What to search for.

    Returns:
        How many pictures match well.
    """
    kept = read_filter(engine)
    matches = engine.matches(query, kept.condition)
    if matches.withheld:
        return show_withheld(engine, query, kept.condition)
    if matches.unknown:
        explain_unknown(engine, query, matches, "q")
        return len(caption_row(engine, query, kept.condition))
    if matches.evidence:
        show_senses(engine, query, matches.evidence)
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        settings = show_match_controls(engine, kept, matches.suggested)
    chosen = _select(engine, matches, settings)
    hits = _announce(engine, query, matches, chosen, settings)
    if hits:
        marks = match_marks(hits, matches, chosen.strong)
        dates = {hit.id: short_date(hit.taken) for hit in hits} if settings.order == BY_DATE else {}
        marks = replace(marks, selected=selection.selected_ids(engine), folded=chosen.duplicates, dates=dates)
        gallery(engine, hits, "text", marks, plain=True)
    with st.container(horizontal=True, vertical_alignment="center", key="below"):
        show_controls_below(engine, hits, -(-len(chosen.listed) // settings.size), chosen.weak_count)
    if matches.sure:
        caption_row(engine, query, kept.condition, {hit.id for hit in hits})
    selection.selection_tray(engine, query)
    return chosen.strong_count


def _announce(engine: Engine, query: Query, matches: Matches, chosen: _Chosen, settings: MatchControls) -> list[Hit]:
    """Say how many pictures match, and return the pictures to show.

    If the app is not sure, pictures with the words in their captions or labels are shown first, and are not returned.
    """
    by_description, account = st.container(), announced("matches")
    where = settings.kept.condition
    is_absent = not chosen.strong and chosen.is_suggested and matches.absent
    if is_absent:
        explain_absence(engine, query, matches, where)
        by_description = st.container()
    elif not chosen.strong:
        _explain_nothing(query.respelled_text, chosen.inside, matches.suggested, settings)
    with by_description:
        described = set() if matches.sure else {hit.id for hit in caption_row(engine, query, where, is_first=True)}
    hits: list[Hit] = engine.hits(_page(chosen.listed, settings.size))
    if is_absent and not hits:
        hits = closest(engine, matches, described)
    others = [hit for hit in hits if hit.id not in described]
    with account:
        if hits and not others:  # the row of pictures found by caption shows all of them already
            st.caption(absence_sentence(engine, query, plain(query.respelled_text, 80), where))
        elif summary := _summary(query.respelled_text, chosen, _filtered_out(engine, chosen, settings)):
            st.caption(summary, help=SIMILARITY_HELP)
    return others


@dataclass(frozen=True, eq=False)
class _Chosen:
    """The pictures to show. Only the first pictures of a large collection are ranked (``verbs/scanning.py``).

    Attributes:
        inside: The ranked pictures that pass the filters.
        inside_count: How many pictures pass the filters, ranked or not.
        strong: The ranked pictures that match well.
        strong_count: How many pictures match well, ranked or not.
        possible_count: How many pictures may match although the app is not sure of them. They follow ``strong``.
        listed: The pictures to show on all pages, in order and without near-duplicates.
        duplicates: Id of a picture → how many near-duplicates are folded under that picture.
        is_suggested: Whether the app decides what matches, and not the visitor's threshold.
        is_doubtful: Whether there may be matches, but the app is not sure of any.
    """

    inside: Ranking
    inside_count: int
    strong: Ranking
    strong_count: int
    possible_count: int
    listed: Ranking
    duplicates: dict[str, int]
    is_suggested: bool
    is_doubtful: bool

    @property
    def weak_count(self) -> int:
        """How many ranked pictures match weakly."""
        return len(self.inside) - len(self.strong) - self.possible_count


def _select(engine: Engine, matches: Matches, settings: MatchControls) -> _Chosen:
    is_suggested = settings.threshold == matches.suggested
    strong, count = matches.strong(settings.threshold), matches.strong_count(settings.threshold)
    is_doubtful = not matches.sure and not matches.absent
    likely = matches.likely() if is_suggested else strong
    if settings.weak:
        unfolded = likely.then(matches.inside)
    elif is_suggested:
        unfolded = matches.closest if is_doubtful else likely
    else:
        unfolded = matches.from_threshold(settings.threshold)
    if settings.order == BY_DATE:  # before near-duplicates are folded, so that the newest of them is shown
        unfolded = unfolded.newest_first(engine.collection.sort_keys(unfolded.rows, "taken"))
    folded, duplicates = fold_near_duplicates(unfolded, engine.collection.vector_rows("visual"))
    if settings.order == BY_NAME:
        folded = folded.by_name(engine.collection.sort_keys(folded.rows, "name"))
    ids = engine.collection.items_at(list(duplicates))
    counts = {item.id: len(rows) for item, rows in zip(ids, duplicates.values(), strict=True)}
    possible = len(likely) - len(strong)
    return _Chosen(matches.inside, matches.inside_count, strong, count, possible, folded, counts, is_suggested, is_doubtful)


def _summary(query: str, chosen: _Chosen, filtered_out: int) -> str:
    count = match_count(chosen.strong_count, chosen.inside_count, chosen.possible_count)
    parts = [closest_sentence(query) if chosen.is_doubtful else count] if chosen.strong else []
    if filtered_out:
        parts.append(f"{filtered_out} filtered out")
    if folded := sum(chosen.duplicates.values()):
        parts.append(f"{folded} near-duplicate{'s' * (folded > 1)} grouped")
    return "  ·  ".join(parts)


def _explain_nothing(query: str, inside: Ranking, suggested: float, settings: MatchControls) -> None:
    some_left_out = bool(settings.kept)
    if some_left_out and not len(inside):
        st.info("No picture passes these filters. Remove one of them.", icon=":material/filter_alt_off:")
        return
    where, reason = "that passes the filters" if some_left_out else "in this collection", ""
    if settings.threshold > suggested and len(inside):
        reason = f" The highest similarity is {float(inside.cosines.max()):z.2f}, and your threshold is {settings.threshold:.2f}."
    st.info(f"No picture {where} clearly shows “{plain(query, 80)}”.{reason}", icon=":material/search_off:")


def _filtered_out(engine: Engine, chosen: _Chosen, settings: MatchControls) -> int:
    """Return how many pictures the filters leave out. Pictures left out because they could insult people do not count."""
    return len(engine.collection) - chosen.inside_count if settings.kept else 0


def _page(ranking: Ranking, size: int) -> Ranking:
    last = max(1, -(-len(ranking) // size))
    start = (min(url_state.read_number(url_state.PAGE, 1, 1, 99_999_999), last) - 1) * size
    return ranking[start : start + size]
