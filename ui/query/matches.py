"""The pictures that match a query: filtered, cut off, folded, sorted and split into pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.search.filters import Filter, all_categories, all_labels
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.verbs.matches import Matches
from ui import url_state
from ui.controls import choose_one, choose_several, hundredths_slider, page_number, toggle
from ui.hit import selection
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.query.caption_row import caption_row
from ui.query.evidence import CLOSEST, closest, closest_sentence, explain_absence, show_senses, strong_ids
from ui.text import SIMILARITY_HELP, match_count, plain

SIZES = ("24", "48", "96")
BY_SCORE, BY_NAME = "score", "name"


@dataclass(frozen=True)
class Settings:
    """How the visitor wants to see the matches.

    Attributes:
        kept: Which pictures to keep.
        threshold: The cosine below which a match is weak.
        weak: Whether weak matches are shown.
        order: ``BY_SCORE`` or ``BY_NAME``.
        size: How many pictures a page has.
    """

    kept: Filter
    threshold: float
    weak: bool
    order: str
    size: int


def show_matches(engine: Engine, query: Query) -> int:
    """Show the pictures nearest to a query.

    Args:
        engine: The engine over the collection.
        query: What to search for.

    Returns:
        How many pictures match well.
    """
    matches = engine.matches(query)
    if matches.evidence:
        show_senses(engine, query, matches.evidence)
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        settings = _settings(engine, matches.suggested)
    chosen = _select(engine, matches, settings)
    st.caption(_summary(query.text, chosen, len(matches.ranking)), help=SIMILARITY_HELP)
    hits = engine.hits(_page(chosen.listed, settings.size))
    if not chosen.strong:
        if chosen.is_suggested and matches.absent:
            explain_absence(engine, query, matches)
            hits = hits or list(closest(engine, chosen.inside))
        else:
            _explain_nothing(query.text, chosen.inside, len(matches.ranking), engine.chance_cosine, settings)
    if hits:
        announced = set() if chosen.is_doubtful else strong_ids(engine, chosen.strong)
        marks = Marks(selection.selected_ids(engine), chosen.duplicates, announced)
        gallery(engine, hits, "text", marks)
    with st.container(horizontal=True, vertical_alignment="center", key="below"):
        _controls_below(engine, hits, -(-len(chosen.listed) // settings.size), len(chosen.inside) - len(chosen.strong))
    caption_row(engine, query, {hit.id for hit in hits})
    selection.selection_tray(engine, matches.ranking)
    return len(chosen.strong)


@dataclass(frozen=True, eq=False)
class _Chosen:
    """The pictures to show.

    Attributes:
        inside: All that pass the filters.
        strong: Those that match well.
        listed: Those to show, in order and without near-duplicates.
        duplicates: Id → how many near-duplicates are folded under it.
        is_suggested: Whether the app decides what matches, and not the visitor's threshold.
        is_doubtful: Whether the app is not sure that any picture shows what was asked for.
    """

    inside: Ranking
    strong: Ranking
    listed: Ranking
    duplicates: dict[str, int]
    is_suggested: bool
    is_doubtful: bool


def _select(engine: Engine, matches: Matches, settings: Settings) -> _Chosen:
    everything, items = matches.ranking, engine.collection.items
    mask = settings.kept.mask(items) if settings.kept else np.ones(len(everything), dtype=np.bool_)
    is_suggested = settings.threshold == matches.suggested
    inside, strong = everything.kept(mask), matches.strong(settings.threshold).kept(mask)
    is_doubtful = not matches.sure and not matches.absent
    if settings.weak:
        unfolded = strong.then(inside)
    elif is_suggested:
        unfolded = strong[:CLOSEST] if is_doubtful else strong
    else:
        unfolded = matches.from_threshold(settings.threshold).kept(mask)
    folded, duplicates = fold_near_duplicates(unfolded, engine.collection.features)
    if settings.order == BY_NAME:
        folded = folded.by_name([item.labels[0] if item.labels else item.id for item in items])
    counts = {items[row].id: len(rows) for row, rows in duplicates.items()}
    return _Chosen(inside, strong, folded, counts, is_suggested, is_doubtful)


def _settings(engine: Engine, suggested: float) -> Settings:
    items = engine.collection.items
    categories, labels = all_categories(items), all_labels(items)
    active = sum(
        len(url_state.read_choices(name, options))
        for name, options in (("in", categories), ("out", categories), ("label", labels), ("no", labels))
    )
    with st.popover(f"Filters ({active})" if active else "Filters", icon=":material/filter_alt:"):
        kept = Filter(
            choose_several("Category", "in", categories, "Any category"),
            choose_several("Label", "label", labels, "Any label"),
            choose_several("Exclude categories", "out", categories, "None"),
            choose_several("Exclude labels", "no", labels, "None"),
        )
    default = round(100 * suggested)
    chosen = url_state.read_number("cut", default, 0, 100)
    with st.popover(f"Threshold {chosen / 100:.2f}", icon=":material/content_cut:"):
        threshold = hundredths_slider(
            "Minimum similarity",
            "cut",
            default,
            "Move the slider up to see fewer pictures, and down to see more. Pictures below the suggested value are always marked "
            f"as weak matches. The suggested value is 70% of the best similarity, but never below {engine.chance_cosine:.2f}. For "
            "3 of 10 random nouns, no picture of this collection is above that.",
        )
        st.caption(f"Suggested for this query: {suggested:.2f}")
    order = choose_one("Order", "sort", (BY_SCORE, BY_NAME), lambda name: "Best first" if name == BY_SCORE else "By name")
    size = choose_one("Pictures per page", "k", SIZES)
    weak = url_state.read_choice("weak", ("1",), "") == "1"
    return Settings(kept, suggested if threshold == default else threshold / 100, weak, order, int(size))


def _controls_below(engine: Engine, hits: list[Hit], pages: int, weak: int) -> None:
    """Show the page numbers, the switch for ``weak`` matches and the button that selects ``hits``, as far as they are needed."""
    if pages > 1:
        page_number(pages)
    if weak:
        toggle(f"Show weak matches ({weak})", "weak")
    if hits:
        st.button(
            "Select all on this page",
            key="select-all",
            type="tertiary",
            icon=":material/select_all:",
            on_click=selection.select_all,
            args=(engine, hits),
        )


def _summary(query: str, chosen: _Chosen, everything: int) -> str:
    count = match_count(len(chosen.strong), len(chosen.inside))
    parts = [closest_sentence(query) if chosen.is_doubtful and chosen.strong else count]
    if len(chosen.inside) < everything:
        parts.append(f"{everything - len(chosen.inside)} filtered out")
    if folded := sum(chosen.duplicates.values()):
        parts.append(f"{folded} near-duplicate{'s' * (folded > 1)} grouped")
    return "  ·  ".join(parts)


def _explain_nothing(query: str, inside: Ranking, everything: int, chance: float, settings: Settings) -> None:
    if not len(inside):
        st.info("No picture passes these filters. Remove one of them.", icon=":material/filter_alt_off:")
        return
    best = float(inside.cosines.max())
    where = "the pictures that pass the filters" if len(inside) < everything else "this collection"
    threshold = f"The threshold is {settings.threshold:.2f}."
    reason = f"Most words picked at random have a closer picture here (above {chance:.2f})." if best < chance else threshold
    st.info(
        f"Nothing in {where} matches “{plain(query, 80)}” well. The highest similarity is {best:.2f}. {reason}",
        icon=":material/search_off:",
    )


def _page(ranking: Ranking, size: int) -> Ranking:
    last = max(1, -(-len(ranking) // size))
    start = (min(url_state.read_number(url_state.PAGE, 1, 1, 99_999_999), last) - 1) * size
    return ranking[start : start + size]
