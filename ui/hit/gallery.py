"""Results as a grid. A click on a tile opens its picture."""

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
    """Show ``hits``.

    Args:
        engine: The engine over the collection.
        hits: The pictures.
        page: Makes the key of the grid unique.
        marks: What the grid shows besides the pictures.
        help_text: Explains the similarities.
        plain: Whether to say only in words how well a picture matches, without its similarity. The order of a text search depends
            on more than the similarity, so the numbers would look wrong.
    """
    if not hits:
        st.caption("There are no other pictures in this collection.")
        return
    if clicked := tiles(engine, hits, page, marks, help_text, plain):
        open_hit(clicked)
