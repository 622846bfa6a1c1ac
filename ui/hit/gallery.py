"""Results, and where a press on one of them leads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.hit.detail import open_hit
from ui.hit.tiles import Marks, tiles


def gallery(engine: Engine, hits: Sequence[Hit], page: str, marks: Marks | None = None) -> None:
    """Show ``hits``; ``page`` keeps two galleries apart. A tile opens its picture."""
    if not hits:
        st.caption("No other picture here.")
        return
    if pressed := tiles(engine, hits, page, marks):
        open_hit(pressed)
