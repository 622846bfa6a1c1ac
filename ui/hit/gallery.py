"""Results as a grid. A click on a tile opens its picture."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.hit.detail import open_hit
from ui.hit.tiles import Marks, tiles


def gallery(engine: Engine, hits: Sequence[Hit], page: str, marks: Marks | None = None) -> None:
    """Show ``hits``. ``page`` makes the key of the grid unique."""
    if not hits:
        st.caption("There are no other pictures in this collection.")
        return
    if clicked := tiles(engine, hits, page, marks):
        open_hit(clicked)
