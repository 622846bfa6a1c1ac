"""Pictures as a grid of tiles, each with its name, its similarity and a link to similar pictures.

A whole grid is one Streamlit element.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from devise_core.datatypes import Hit, Item
from devise_core.engine import Engine
from ui.callbacks import uninterrupted
from ui.component import component
from ui.hit.selection import select
from ui.server.image_routes import picture_url
from ui.text import SIMILARITY_HELP

_GRID = component("tiles", "pending_value", "tile")


@dataclass(frozen=True)
class Marks:
    """What a grid shows besides its pictures.

    Attributes:
        selected: Ids of the selected pictures. None if pictures cannot be selected.
        folded: By id, how many near-duplicates are folded under the tile of a picture.
        strong: Ids of the pictures that match well. All other pictures are marked as weak. If None, no picture is marked as weak.
        possible: Ids of the weak pictures that may match although the app is not sure.
        verdicts: By id, whether a picture is right, or None if that is not known.
        dates: By id, the date to show below the name of a picture.
    """

    selected: Collection[str] | None = None
    folded: Mapping[str, int] = field(default_factory=dict)
    strong: Collection[str] | None = None
    possible: Collection[str] = ()
    verdicts: Mapping[str, bool | None] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)

    def of(self, hit: Hit) -> dict[str, object]:
        """Return the marks of one tile."""
        marks: dict[str, object] = {"weak": True} if self.strong is not None and hit.id not in self.strong else {}
        if marks and hit.id in self.possible:
            marks["possible"] = True
        if self.selected is not None:
            marks["selected"] = hit.id in self.selected
        if hit.id in self.folded:
            marks["folded"] = self.folded[hit.id]
        if hit.id in self.verdicts:
            marks["verdict"] = {True: "right", False: "wrong", None: "not judged"}[self.verdicts[hit.id]]
        if hit.id in self.dates:
            marks["date"] = self.dates[hit.id]
        return marks


def tiles(
    engine: Engine,
    hits: Sequence[Hit],
    key: str,
    marks: Marks | None = None,
    help_text: str = SIMILARITY_HELP,
    plain: bool = False,
) -> Hit | None:
    """Show ``hits`` as a grid. ``key`` makes the widget key of the grid unique. The other arguments are as for ``gallery``.

    Returns:
        The hit that was just clicked, or None.
    """
    # A list, because Streamlit searches a dict for tables, and would import pandas for this before the first picture is shown.
    clicked = _GRID(
        key=f"grid-{key}",
        data=[tile_data(engine, hits, marks), engine.collection.has_cut_outs, help_text, plain],
        on_open_change=_nothing,
        on_select_change=lambda: _select(engine, hits, key),
    )
    return next((hit for hit in hits if hit.id == clicked.open), None)


def tile_data(engine: Engine, hits: Sequence[Hit], marks: Marks | None = None) -> list[dict[str, object]]:
    """Return what a grid draws of each hit."""
    marks = marks or Marks()
    return [
        {
            "id": hit.id,
            "name": hit.name,
            "cosine": round(hit.cosine, 3),
            "src": picture_url(engine, hit.row),
            "focus": object_position(hit.item),
            **marks.of(hit),
        }
        for hit in hits
    ]


def object_position(item: Item) -> str:
    """Return the CSS ``object-position`` of a picture: the point that a tile keeps in view when it crops the picture."""
    return " ".join(f"{share:.0%}" for share in item.focus)


@uninterrupted
def _select(engine: Engine, hits: Sequence[Hit], key: str) -> None:
    selected = st.session_state[f"grid-{key}"]["select"]
    select(engine, [hit.id for hit in hits], selected if isinstance(selected, list) else [])


def _nothing() -> None:
    """Do nothing. A component needs a callback for each trigger, but the clicked tile is read after the grid is drawn."""
