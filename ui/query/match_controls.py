"""What a visitor chooses on Text search: filters, threshold, order and page size, and the controls below the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.search.filters import Filter
from ui import url_state
from ui.callbacks import uninterrupted
from ui.controls import choose_one, choose_several, hundredths_slider, page_number, toggle
from ui.hit import selection
from ui.missing import explain_missing_filters
from ui.query.filter_options import FILTER_TEXTS, FILTERS, YEAR, filter_options, years

SIZES = ("24", "48", "96")
BY_SCORE, BY_NAME, BY_DATE = "score", "name", "date"
_ORDERS = {BY_SCORE: "Best first", BY_NAME: "By name", BY_DATE: "Newest first"}


@dataclass(frozen=True)
class MatchControls:
    """How the visitor wants to see the matches.

    Attributes:
        kept: The filter that the pictures must pass.
        threshold: The cosine below which a match is weak.
        weak: Whether weak matches are shown.
        order: ``BY_SCORE``, ``BY_NAME`` or ``BY_DATE``.
        size: How many pictures a page has.
    """

    kept: Filter
    threshold: float
    weak: bool
    order: str
    size: int


def read_filter(engine: Engine) -> Filter:
    """Read the filters from the address, and say which values no picture has. The widgets of the filters are drawn later."""
    chosen: dict[str, list[str]] = {}
    for kind, name in FILTERS:
        linked = url_state.read_all(name)
        options = filter_options(engine, kind, name) if linked else []
        chosen[name] = [value for value in linked if value in options]
        explain_missing_filters(kind, [value for value in linked if value not in options])
    return Filter(
        categories=chosen["in"], labels=chosen["label"], not_categories=chosen["out"], not_labels=chosen["no"], taken=chosen[YEAR]
    )


def show_match_controls(engine: Engine, kept: Filter, suggested: float) -> MatchControls:
    """Show the controls above the matches, and return what the visitor has chosen.

    Args:
        engine: The engine over the collection.
        kept: The filter that ``read_filter`` returned.
        suggested: The threshold that is suggested for this query.
    """
    active = sum(map(len, (kept.categories, kept.labels, kept.not_categories, kept.not_labels, kept.taken)))
    filters = st.popover("Filters", icon=":material/filter_alt:", key="filters", on_change="rerun")
    if active:  # beside the button, because a new label would make a new popover, which is closed
        st.badge(f"{active} active")
    if filters.open:
        with filters:
            for (kind, name), (label, placeholder) in zip(FILTERS, FILTER_TEXTS, strict=True):
                if (options := filter_options(engine, kind, name)) or kind != "year":  # most collections have no dates
                    choose_several(label, name, options, placeholder)
    default = round(100 * suggested)
    chosen = url_state.read_number("cut", default, 0, 100)
    with st.popover(f"Minimum similarity: {chosen / 100:.2f}", icon=":material/content_cut:"):
        threshold = hundredths_slider(
            "Minimum similarity",
            "cut",
            default,
            "Move the slider up to see fewer pictures, and down to see more. At the suggested value, the app also uses what it "
            "recognises in each picture. If you move the slider lower, the pictures that are added are marked as weak matches. "
            "The suggested value is 70% of the similarity of the best picture, but at least "
            f"{engine.chance_cosine:.2f}. A lower similarity is often chance.",
        )
        st.caption(f"Suggested for this query: {suggested:.2f}")
    orders = [BY_SCORE, BY_NAME, *([BY_DATE] if years(engine) else [])]
    order = choose_one("Order", "sort", orders, _ORDERS.__getitem__)
    size = choose_one("Pictures per page", "k", SIZES)
    weak = url_state.read_choice("weak", ("1",), "") == "1"
    return MatchControls(kept, suggested if threshold == default else threshold / 100, weak, order, int(size))


def show_controls_below(engine: Engine, hits: list[Hit], pages: int, weak: int) -> None:
    """Show the page numbers, the switch for the ``weak`` matches (a count) and the button that selects ``hits``, where needed."""
    if pages > 1:
        page_number(pages)
    if weak:
        toggle(f"Show all weak matches ({weak})", "weak")
    if hits:
        st.button(
            "Select all on this page",
            key="select-all",
            type="tertiary",
            icon=":material/select_all:",
            on_click=uninterrupted(selection.select_all),
            args=(engine, hits),
        )
