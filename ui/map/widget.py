"""The map as a component: points to hover over, click, search and select."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from devise_core.collections.projection import NEIGHBOURS
from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.vectors import Floats, Rows
from ui.callbacks import uninterrupted
from ui.component import component
from ui.map.data import COLOURS, drawn_rows, map_source, pack
from ui.map.view import View, write_view
from ui.server.script_routes import script_url

_MAP = component("map")

METHODS = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}


@dataclass(frozen=True)
class Pin:
    """A query or a visitor's picture on the map.

    Attributes:
        text: The name of the pin on the map.
        vector: The unit vector ``(d,)`` of the query or picture.
        hits: The pictures to highlight.
        scores: For a query, the score of each picture ``(n,)``, which the colours show. If None, the colours show the similarity.
        sure: Whether the app is sure that ``hits`` show what was asked for.
    """

    text: str
    vector: Floats
    hits: Sequence[Hit] = ()
    scores: Floats | None = None
    sure: bool = True


@dataclass(frozen=True)
class MapMarks:
    """What is highlighted on the map.

    Attributes:
        pins: The pins of a query and of a visitor's picture. Colours by similarity show the similarity to the last pin, or to the
            selected picture if there is no pin.
        neighbours: Rows of the pictures that are most similar to the selected picture.
        inside: Rows of the pictures in the region.
    """

    pins: Sequence[Pin] = ()
    neighbours: Sequence[int] = ()
    inside: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def show_map(engine: Engine, view: View, marks: MapMarks) -> None:
    """Draw the map. What the visitor changes on it is written to the address."""
    collection, key = engine.collection, f"map-of-{engine.collection.version}"
    rows = drawn_rows(len(collection))

    def drawn(numbers: Sequence[int] | Rows) -> list[int]:
        """Return the positions, among the drawn pictures, of those rows in ``numbers`` that are drawn."""
        return [int(row) // rows.step for row in numbers if row % rows.step == 0]

    state = {
        "code": script_url("scripts/map/scene.js"),
        "name": view.name,
        "colour": view.colour,
        "show": view.show,
        "item": None if view.row is None else view.row / rows.step,
        "id": "" if view.row is None else collection.items[view.row].id,
        "neighbours": drawn(marks.neighbours),
        "pins": [_pin_data(engine, pin) | {"matches": drawn([hit.row for hit in pin.hits])} for pin in marks.pins],
        "region": view.region_text,
        "inside": pack(drawn(marks.inside), "u4"),
        "insideCount": len(marks.inside),
        "cosines": _cosines(engine, view, marks, rows),
        "scores": _scores(marks, rows),
        "methods": METHODS,
        "colours": COLOURS,
        "collection": collection.name,
    }
    _MAP(
        key=key,
        data=[map_source(engine), state],
        on_change_change=uninterrupted(lambda: write_view(collection, st.session_state[key]["change"])),
    )


def describe_placement(view: View, marks: MapMarks) -> str:
    """Return a sentence on how the pins were placed on this map, or "" if there are no pins."""
    if not marks.pins:
        return ""
    if view.name.startswith("pca"):
        return "The star ★ is at its exact place, which is computed in the same way as the places of the pictures."
    return (
        f"The star ★ is placed at the average position of the {NEIGHBOURS} pictures that are most similar to your query or picture."
    )


def _pin_data(engine: Engine, pin: Pin) -> dict[str, Any]:
    projections, embeddings = engine.maps, engine.collection.vector_rows("semantic")
    places = {name: projections.place(name, pin.vector, embeddings).round(4).tolist() for name in projections.places}
    return {"text": pin.text, "places": places}


def _cosines(engine: Engine, view: View, marks: MapMarks, rows: range) -> dict[str, Any] | None:
    """Return each drawn picture's cosine in 256 steps from ``low`` to ``high``, and ``target``.

    ``target`` is the name of the pin or the picture that is compared with them. None if there is neither.
    """
    embeddings = engine.collection.vector_rows("semantic")
    if marks.pins:
        vector, target = marks.pins[-1].vector, marks.pins[-1].text
    elif view.row is not None:
        vector, target = embeddings[view.row], engine.collection.items[view.row].name
    else:
        return None
    cosines = embeddings[rows] @ vector
    return {"low": round(float(cosines.min()), 2), "high": round(float(cosines.max()), 2), "target": target, "of": _steps(cosines)}


def _scores(marks: MapMarks, rows: range) -> dict[str, Any] | None:
    """Return each drawn picture's score in 256 steps, and ``target``, the query. None if the last pin is not a query."""
    if not marks.pins or marks.pins[-1].scores is None:
        return None
    return {"target": marks.pins[-1].text, "of": _steps(marks.pins[-1].scores[:: rows.step])}


def _steps(values: Floats) -> str:
    """Scale values to whole numbers, 0 for the lowest value and 255 for the highest, and return them as ``pack`` encodes them."""
    low, high = float(values.min()), float(values.max())
    return pack((255 * (values - low) / max(high - low, 1e-9)).round(), "u1")
