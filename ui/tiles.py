"""Pictures as a grid of tiles, each with its name, its cosine and two buttons. One element, however many tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.pictures import address

CUT_OUTS = {"stamps"}
"""Collections whose pictures stand on white: shown whole instead of filling the tile."""

_HERE = Path(__file__).parent
_GRID = st.components.v2.component("tiles", html='<ul class="grid"></ul>', css=(_HERE / "tiles.css").read_text("utf-8"),
                                   js=(_HERE / "tiles.js").read_text("utf-8"))


@dataclass(frozen=True)
class Pressed:
    """The picture whose tile was just pressed, to open it or for more like it."""

    open: Hit | None
    more: Hit | None


def tiles(engine: Engine, hits: Sequence[Hit], key: str) -> Pressed:
    """Show ``hits``; ``key`` keeps two grids apart."""
    shown = [{"id": hit.id, "name": hit.name, "cosine": round(hit.cosine, 3), "src": address(engine, hit)} for hit in hits]
    # A list: in a dict Streamlit would look for tables, and import pandas for that before the first picture is shown.
    pressed = _GRID(key=f"grid-{key}", data=[shown, engine.collection.name in CUT_OUTS], on_open_change=_nothing,
                    on_more_change=_nothing)
    by_id = {hit.id: hit for hit in hits}
    return Pressed(by_id.get(str(pressed.open)), by_id.get(str(pressed.more)))


def more_like(hit: Hit) -> None:
    """Go to the page that shows what is like this picture."""
    st.switch_page("image_search.py", query_params={"item": hit.id})


def _nothing() -> None:
    """A trigger exists by having a callback; what was pressed is read after the grid."""
