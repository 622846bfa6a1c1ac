"""The part of the map's view that is in the address: the map, its colours, what is shown, the selected picture and the region.

The camera is in the part of the address after "#", which only the browser sees. See ``scripts/map/link.js``.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.collections.base import Collection
from devise_core.collections.projection import DIMENSIONS, METHODS
from ui import url_state
from ui.map.data import COLOURS
from ui.map.region import Region, read_region

METHOD, DIMENSION, COLOUR, SHOW = "map", "dims", "colour", "show"
"""The names of the parameters in the address."""
SHOW_OPTIONS = ("both", "pictures", "words")


@dataclass(frozen=True)
class View:
    """A view of the map.

    Attributes:
        name: The method and the number of dimensions, as in "tsne2".
        colour: What the colours mean, a key of ``COLOURS``.
        show: One of ``SHOW_OPTIONS``.
        row: The row of the selected picture, or None.
        region: The region that was drawn, or None.
        region_text: The region in the form that ``region.py`` describes, or "".
    """

    name: str
    colour: str
    show: str
    row: int | None
    region: Region | None
    region_text: str


def read_view(collection: Collection) -> View:
    """Return the view in the address. Each invalid parameter is replaced by its default."""
    projections = collection.projections
    methods = [method for method in METHODS if any(name.startswith(method) for name in projections.places)]
    method = url_state.read_choice(METHOD, methods, methods[0])
    dimensions = url_state.read_number(DIMENSION, DIMENSIONS[0], *DIMENSIONS)
    item, text = url_state.read_text(url_state.ITEM), url_state.read_text(url_state.REGION)
    region = read_region(text, projections)
    return View(
        f"{method}{dimensions}",
        url_state.read_choice(COLOUR, COLOURS, next(iter(COLOURS))),
        url_state.read_choice(SHOW, SHOW_OPTIONS, SHOW_OPTIONS[0]),
        collection.row(item) if item in collection else None,
        region,
        text if region else "",
    )


def write_view(collection: Collection, change: object) -> None:
    """Write what has changed on the map to the address. ``change`` comes from the browser, so invalid values are ignored."""
    if not isinstance(change, dict):
        return
    changes = {name: str(value) for name, value in change.items() if isinstance(value, str | int)}
    name = changes.get("name", "")
    if name in collection.projections.places:
        method, dimensions = name[:-1], name[-1]
        url_state.update(**{METHOD: method if method != METHODS[0] else None, DIMENSION: dimensions if dimensions != "2" else None})
    if changes.get("colour") in COLOURS:
        url_state.update(colour=changes["colour"] if changes["colour"] != next(iter(COLOURS)) else None)
    if changes.get("show") in SHOW_OPTIONS:
        url_state.update(show=changes["show"] if changes["show"] != SHOW_OPTIONS[0] else None)
    if "region" in changes and read_region(changes["region"], collection.projections):
        url_state.update(region=changes["region"], item=None)  # the card of a picture would be above the pictures of the region
    elif "region" in changes:
        url_state.update(region=None)
    if changes.get("item", " ") in collection or changes.get("item") == "":
        url_state.update(item=changes["item"])


def select_picture(collection: Collection, item: str) -> None:
    """Select the picture ``item`` and run the page again."""
    write_view(collection, {"item": item})
    st.rerun()
