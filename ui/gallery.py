"""Results, and where a press on one of them leads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.detail import open_hit
from ui.tiles import Marks, more_like, tiles


def gallery(engine: Engine, hits: Sequence[Hit], page: str, marks: Marks | None = None) -> None:
    """Show ``hits``; ``page`` keeps two galleries apart. A tile opens its picture, or goes on to more like it."""
    if not hits:
        st.caption("No other picture here.")
        return
    pressed = tiles(engine, hits, page, marks)
    if pressed.open:
        open_hit(pressed.open)
    if pressed.more:
        more_like(pressed.more)
