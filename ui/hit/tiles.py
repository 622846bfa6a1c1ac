"""Pictures as a grid of tiles: each opens, and has its name, its cosine and a link to more like it. One element, however many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.component import component
from ui.hit.basket import choose
from ui.server.image_routes import address

CUT_OUTS = {"stamps"}
"""Collections whose pictures stand on white: shown whole instead of filling the tile."""

_GRID = component("tiles", "hand")


@dataclass(frozen=True)
class Marks:
    """What a grid shows besides: ids picked out (None: there is nothing to pick), how many are folded under an id, and the
    cosine under which a match is weak."""

    chosen: Collection[str] | None = None
    folded: Mapping[str, int] = field(default_factory=dict)
    weak_under: float = -1.0

    def of(self, hit: Hit) -> dict[str, object]:
        marks: dict[str, object] = {"weak": True} if hit.cosine < self.weak_under else {}
        if self.chosen is not None:
            marks["chosen"] = hit.id in self.chosen
        if hit.id in self.folded:
            marks["folded"] = self.folded[hit.id]
        return marks


def tiles(engine: Engine, hits: Sequence[Hit], key: str, marks: Marks | None = None) -> Hit | None:
    """Show ``hits``; ``key`` keeps two grids apart. Returns the one that was just pressed."""
    marks = marks or Marks()
    shown = [
        {"id": hit.id, "name": hit.name, "cosine": round(hit.cosine, 3), "src": address(engine, hit.row), **marks.of(hit)}
        for hit in hits
    ]
    # A list: in a dict Streamlit would look for tables, and import pandas for that before the first picture is shown.
    pressed = _GRID(
        key=f"grid-{key}",
        data=[shown, engine.collection.name in CUT_OUTS],
        on_open_change=_nothing,
        on_choose_change=lambda: _choose(engine, hits, key),
    )
    return next((hit for hit in hits if hit.id == pressed.open), None)


def _choose(engine: Engine, hits: Sequence[Hit], key: str) -> None:
    picked = st.session_state[f"grid-{key}"]["choose"]
    choose(engine, [hit.id for hit in hits], picked if isinstance(picked, list) else [])


def _nothing() -> None:
    """A trigger exists by having a callback; what was pressed is read after the grid."""
