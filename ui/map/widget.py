"""The map: pictures and words as points that can be pointed at, drawn around, and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from devise_core.collections.projection import NEIGHBOURS
from devise_core.engine import Engine
from devise_core.vectors import Floats, Rows
from ui.component import component
from ui.map.data import COLOURS, drawn, packed, source
from ui.map.view import View, write_view
from ui.server import script_routes

_MAP = component("map")

WAYS = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}


@dataclass(frozen=True)
class Pin:
    """Something that came later, on the map: a query or a picture. ``lit``: the pictures that answer it."""

    text: str
    vector: Floats
    lit: Sequence[int] = ()


@dataclass(frozen=True)
class Marks:
    """What stands out. Cosines are those to the last of ``pins``, else to the picture chosen with its neighbours ``near``."""

    pins: Sequence[Pin] = ()
    near: Sequence[int] = ()
    inside: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def show_map(engine: Engine, view: View, marks: Marks) -> None:
    """Draw the map; what the visitor changes on it goes into the address."""
    collection, key = engine.collection, f"map-of-{engine.collection.version}"
    rows = drawn(len(collection))

    def seen(some: Sequence[int] | Rows) -> list[int]:
        """Rows as the map counts them: of those drawn."""
        return [int(row) // rows.step for row in some if row % rows.step == 0]

    shown = {
        "code": script_routes.address("scripts/map/scene.js"),
        "name": view.name,
        "colour": view.colour,
        "show": view.show,
        "item": None if view.row is None else view.row / rows.step,
        "id": "" if view.row is None else collection.items[view.row].id,
        "near": seen(marks.near),
        "pins": [_pinned(engine, pin) | {"lit": seen(pin.lit)} for pin in marks.pins],
        "region": view.region_text,
        "inside": packed(seen(marks.inside), "u4"),
        "found": len(marks.inside),
        "cosines": _cosines(engine, view, marks, rows),
        "ways": WAYS,
        "colours": COLOURS,
        "collection": collection.name,
    }
    _MAP(key=key, data=[source(engine), shown], on_change_change=lambda: write_view(collection, st.session_state[key]["change"]))


def how_placed(view: View, marks: Marks) -> str:
    """How what came later was put on this map."""
    if not marks.pins:
        return ""
    if view.name.startswith("pca"):
        return "★ stands where the fitted components put it."
    return f"★ stands among its {NEIGHBOURS} nearest pictures: {WAYS[view.name[:-1]]} has no function for what comes later."


def _pinned(engine: Engine, pin: Pin) -> dict[str, Any]:
    projections, embeddings = engine.collection.projections, engine.collection.embeddings
    places = {name: projections.place(name, pin.vector, embeddings).round(4).tolist() for name in projections.places}
    return {"text": pin.text, "places": places}


def _cosines(engine: Engine, view: View, marks: Marks, rows: range) -> dict[str, Any] | None:
    """Each picture's cosine in 256 steps from ``low`` to ``high``, and to ``what``."""
    embeddings = engine.collection.embeddings
    if marks.pins:
        vector, what = marks.pins[-1].vector, marks.pins[-1].text
    elif view.row is not None:
        vector, what = embeddings[view.row], engine.collection.items[view.row].name
    else:
        return None
    cosines = (embeddings @ vector)[:: rows.step]
    low, high = float(cosines.min()), float(cosines.max())
    steps = (255 * (cosines - low) / max(high - low, 1e-9)).round()
    return {"low": round(low, 2), "high": round(high, 2), "what": what, "of": packed(steps, "u1")}
