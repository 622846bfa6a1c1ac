"""What of the map's view is in the address: the map, its colours, what is shown, the picture chosen and the region drawn.

Where it is seen from stands behind "#", for the browser alone: see scripts/map/link.js.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.collections.base import Collection
from devise_core.collections.projection import DIMENSIONS, WAYS
from ui import url_state
from ui.map.data import COLOURS
from ui.map.region import Region, read_region

WAY, DIMENSION, COLOUR, SHOW, REGION = "map", "dims", "colour", "show", "region"
SHOWN = ("both", "pictures", "words")


@dataclass(frozen=True)
class View:
    """``name``: which map, as "tsne2". ``row``: of the picture chosen."""

    name: str
    colour: str
    show: str
    row: int | None
    region: Region | None
    region_text: str


def read_view(collection: Collection) -> View:
    """The view that the address describes; for what it gets wrong, the map as it is at first."""
    projections = collection.projections
    ways = [way for way in WAYS if any(name.startswith(way) for name in projections.places)]
    way = url_state.one_of(WAY, ways, ways[0])
    dimensions = url_state.number(DIMENSION, DIMENSIONS[0], *DIMENSIONS)
    item, text = url_state.text(url_state.ITEM), url_state.text(REGION)
    region = read_region(text, projections)
    return View(
        f"{way}{dimensions}",
        url_state.one_of(COLOUR, COLOURS, next(iter(COLOURS))),
        url_state.one_of(SHOW, SHOWN, SHOWN[0]),
        collection.row(item) if item in collection else None,
        region,
        text if region else "",
    )


def write_view(collection: Collection, change: object) -> None:
    """Put what the map said has changed into the address, where it is a view that can be."""
    if not isinstance(change, dict):
        return
    said = {name: str(value) for name, value in change.items() if isinstance(value, str | int)}
    name = said.get("name", "")
    if name in collection.projections.places:
        way, dimensions = name[:-1], name[-1]
        url_state.put(**{WAY: way if way != WAYS[0] else None, DIMENSION: dimensions if dimensions != "2" else None})
    if said.get("colour") in COLOURS:
        url_state.put(colour=said["colour"] if said["colour"] != next(iter(COLOURS)) else None)
    if said.get("show") in SHOWN:
        url_state.put(show=said["show"] if said["show"] != SHOWN[0] else None)
    if said.get("item", " ") in collection or said.get("item") == "":
        url_state.put(item=said["item"])
    if "region" in said:
        url_state.put(region=said["region"] if read_region(said["region"], collection.projections) else None)


def choose(collection: Collection, item: str) -> None:
    """Make the picture ``item`` the one chosen, and show it."""
    write_view(collection, {"item": item})
    st.rerun()
