"""The answer to a query: cut where matches become chance, filtered, folded, sorted, page by page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.engine import Engine
from devise_core.search.cutoff import cut_off
from devise_core.search.filters import Filter, all_categories, all_labels
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from ui import url_state
from ui.controls import choose_one, choose_several, slide, switch, turn_pages
from ui.hit import basket
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.text import plain

SIZES = ("24", "48", "96")
BY_SCORE, BY_NAME = "score", "name"


@dataclass(frozen=True)
class Settings:
    """How the visitor wants the answer."""

    kept: Filter
    cut: float
    weak: bool
    order: str
    size: int


def show_matches(engine: Engine, query: Query) -> int:
    """The pictures nearest to ``query``. Returns how many match well."""
    whole = engine.ranking(query)
    suggested = cut_off(whole.cosines, engine.chance_cosine)
    with st.container(horizontal=True, vertical_alignment="center", key="toolbar"):
        settings = _settings(engine, suggested)
    inside = whole.kept(settings.kept.mask(engine.collection.items)) if settings.kept else whole
    strong = inside.from_cosine(settings.cut)
    unfolded = inside if settings.weak else strong
    shown, under = fold_near_duplicates(unfolded, engine.collection.features)
    if settings.order == BY_NAME:
        shown = shown.by_name([item.labels[0] if item.labels else item.id for item in engine.collection.items])
    st.caption(_account(len(strong), len(inside), len(whole), len(unfolded) - len(shown)))
    if not strong:
        _say_why(query.text, inside, len(whole), engine.chance_cosine, settings)
    folded = {engine.collection.items[row].id: len(rows) for row, rows in under.items()}
    page = _page(shown, settings.size)
    hits = engine.hits(page)
    if hits:
        gallery(engine, hits, "text", Marks(basket.chosen(engine), folded, settings.cut))
    with st.container(horizontal=True, vertical_alignment="center", key="below"):
        if len(shown) > settings.size:
            turn_pages(-(-len(shown) // settings.size))
        if weaker := len(inside) - len(strong):
            switch(f"Weaker matches too ({weaker})", "weak")
        if hits:
            st.button(
                "Choose all on this page",
                key="choose-all",
                type="tertiary",
                icon=":material/select_all:",
                on_click=basket.add,
                args=(engine, hits),
            )
    basket.tray(engine, whole)
    return len(strong)


def _settings(engine: Engine, suggested: float) -> Settings:
    items = engine.collection.items
    categories, labels = all_categories(items), all_labels(items)
    asked = sum(
        len(url_state.several(name, options))
        for name, options in (("in", categories), ("out", categories), ("label", labels), ("no", labels))
    )
    with st.popover(f"Filters ({asked})" if asked else "Filters", icon=":material/filter_alt:"):
        kept = Filter(
            choose_several("In a category", "in", categories, "any category"),
            choose_several("With a label", "label", labels, "any label"),
            choose_several("Not in a category", "out", categories, "none left out"),
            choose_several("Without a label", "no", labels, "none left out"),
        )
    places = round(100 * suggested)
    chosen = url_state.number("cut", places, 0, 100)
    with st.popover(f"Cut-off {chosen / 100:.2f}", icon=":material/content_cut:"):
        cut = slide(
            "Least cosine, in hundredths",
            "cut",
            0,
            100,
            places,
            f"For three nouns in ten, drawn by chance, no picture here reaches {engine.chance_cosine:.2f}: "
            "a match must be above that, and at 70% of the best or more.",
        )
        st.caption(f"Suggested for this query: {suggested:.2f}")
    order = choose_one("Order", "sort", (BY_SCORE, BY_NAME), lambda name: "Best first" if name == BY_SCORE else "By name")
    size = choose_one("A page", "k", SIZES)
    weak = url_state.one_of("weak", ("1",), "") == "1"
    return Settings(kept, suggested if cut == places else cut / 100, weak, order, int(size))


def _account(strong: int, inside: int, whole: int, folded: int) -> str:
    parts = [f"**{strong}** of {inside} pictures match well"]
    if inside < whole:
        parts.append(f"{whole - inside} filtered out")
    if folded:
        parts.append(f"{folded} near-duplicate{'s' * (folded > 1)} folded")
    return "  ·  ".join(parts)


def _say_why(query: str, inside: Ranking, whole: int, chance: float, settings: Settings) -> None:
    if not len(inside):
        st.info("No picture passes these filters: take one of them away.", icon=":material/filter_alt_off:")
        return
    best = float(inside.cosines.max())
    among = "the pictures that pass the filters" if len(inside) < whole else "this collection"
    why = (
        f"most words drawn by chance find something above {chance:.2f}"
        if best < chance
        else f"the cut-off stands at {settings.cut:.2f}"
    )
    st.info(
        f"Nothing in {among} matches “{plain(query, 80)}” well: the best cosine is {best:.2f}, and {why}.",
        icon=":material/search_off:",
    )


def _page(shown: Ranking, size: int) -> Ranking:
    last = max(1, -(-len(shown) // size))
    start = (min(url_state.number(url_state.PAGE, 1, 1, 99_999_999), last) - 1) * size
    return shown[start : start + size]
