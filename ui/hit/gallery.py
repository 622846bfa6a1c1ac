"""Results as a grid of tiles. A click on a tile opens its picture."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from ui.hit.detail import open_hit
from ui.hit.tiles import Marks, tiles
from ui.text import SIMILARITY_HELP


def gallery(
    engine: Engine,
    hits: Sequence[Hit],
    page: str,
    marks: Marks | None = None,
    help_text: str = SIMILARITY_HELP,
    plain: bool = False,
) -> None:
    """Show ``hits`` as a grid.

    Args:
        engine: The engine over the collection.
        hits: The pictures.
        page: The name of the page, which makes the widget key of the grid unique.
        marks: What the grid shows besides the pictures.
        help_text: Explains the similarities.
        plain: Whether to say only in words how well a picture matches, without the number of its similarity. A text search does
            not order pictures by similarity alone, so its numbers would look wrong.
    """
    if not hits:
        st.caption("There are no other pictures in this collection.")
        return
    if clicked := tiles(engine, hits, page, marks, help_text, plain):
        open_hit(clicked)
