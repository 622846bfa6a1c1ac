"""A small map of a collection for Home.

One message, which the browser caches, has a sheet of thumbnails (one image) and the place of each thumbnail on the map.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.own_routes import route_url

if TYPE_CHECKING:  # the server imports this module as it starts, and must listen before NumPy is imported
    from devise_core.collections.base import Collection
    from devise_core.engine import Engine
    from devise_core.vectors import Floats

CELLS = (18, 10)
"""The columns and rows of cells that divide the map. Each cell shows one picture, so that thumbnails do not hide each other."""
SIZE = 72
"""Width and height of a thumbnail on the sheet, in pixels."""
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def map_preview_url(engine: Engine) -> str:
    """Return the URL of the small map, relative to the page.

    The URL is "" if the collection has no map, and for uploads, which other sessions must not see.
    """
    collection = engine.collection
    if not map_name(collection) or collection.in_memory:
        return ""
    return route_url("map-preview", collection.name, v=collection.version)


def places_of(engine: Engine, rows: Sequence[int]) -> list[list[float] | None]:
    """Return the place ``[x, y]`` of each picture on the map, with coordinates from 0 to 1. Each place is None without a map."""
    collection = engine.collection
    name = map_name(collection)
    if name is None:
        return [None for _ in rows]
    places = engine.maps.places[name]
    low, extent = _bounds(engine, name)
    return [_rounded((places[row] - low) / extent) for row in rows]


def query_place(engine: Engine, vector: Floats) -> list[float] | None:
    """Return the place of a query's unit ``vector`` ``(d,)`` on the map, or None without a map."""
    collection = engine.collection
    name = map_name(collection)
    if name is None:
        return None
    low, extent = _bounds(engine, name)
    return _rounded((engine.maps.place(name, vector, collection.vector_rows("semantic")) - low) / extent)


def map_name(collection: Collection) -> str | None:
    """Return the name of the map that is shown, or None if the collection has no 2-D map or its maps are damaged."""
    from devise_core.errors import DeviseError

    with suppress(DeviseError):  # the explorer says what is wrong
        return next((name for name in collection.projections.places if name.endswith("2")), None)
    return None


def stretched_places(engine: Engine) -> Floats | None:
    """Return the places of all pictures ``(n, 2)``, stretched to fill a map from 0 to 1 in both directions."""
    name = map_name(engine.collection)
    if name is None:
        return None
    low, extent = _bounds(engine, name)
    stretched: Floats = (engine.maps.places[name] - low) / extent
    return stretched


def _bounds(engine: Engine, name: str) -> tuple[Floats, Floats]:
    """Return the lowest coordinates of a map ``(2,)``, and its width and height ``(2,)``."""
    return _bounds_of(engine.collection.name, engine.collection.version, name, engine.maps.places[name])


@st.cache_resource(show_spinner=False, max_entries=32)
def _bounds_of(collection: str, version: str, name: str, _places: Floats) -> tuple[Floats, Floats]:  # noqa: ARG001  cache keys
    low = _places.min(axis=0)
    return low, (_places.max(axis=0) - low).clip(1e-6)


def preview_rows(places: Floats) -> list[int]:
    """Return the rows of the pictures that are drawn. Each cell of the map shows the picture nearest to the cell's centre.

    Args:
        places: The places of all pictures ``(n, 2)``, from 0 to 1.
    """
    import numpy as np

    scaled = places.clip(0, 0.9999) * CELLS
    distances = np.abs(scaled - np.floor(scaled) - 0.5).max(axis=1)
    order = np.argsort(distances, kind="stable")
    cells = scaled[order].astype(int)
    _, nearest = np.unique(cells[:, 0] * CELLS[1] + cells[:, 1], return_index=True)
    return sorted(order[nearest].tolist())


def _rounded(place: Floats) -> list[float]:
    return [round(float(number), 4) for number in place.clip(0, 1)]


@st.cache_resource(show_spinner=False, max_entries=8)
def _message(name: str, version: str, _engine: Engine) -> dict[str, Any]:  # noqa: ARG001  name and version are the cache key
    collection = _engine.collection
    places = stretched_places(_engine)
    rows = [] if places is None else preview_rows(places)
    return {
        "columns": CELLS[0],
        "ids": [collection.items[row].id for row in rows],
        "names": [collection.items[row].name for row in rows],
        "places": places_of(_engine, rows),
        "sheet": f"data:image/webp;base64,{base64.b64encode(_sheet(collection, rows)).decode()}",
    }


def _sheet(collection: Collection, rows: Sequence[int]) -> bytes:
    """Draw the pictures side by side, each fitted to a square."""
    from PIL import Image, ImageOps

    from devise_core.vision.image_reader import read_image

    square = partial(ImageOps.pad, color="white") if collection.has_cut_outs else ImageOps.fit
    columns, _ = CELLS
    sheet = Image.new("RGB", (SIZE * columns, SIZE * -(-len(rows) // columns)), "white")
    for place, row in enumerate(rows):
        down, across = divmod(place, columns)
        sheet.paste(square(read_image(collection.picture(row)), (SIZE, SIZE)), (SIZE * across, SIZE * down))
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=72)
    return buffer.getvalue()


def _map_preview(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import collection_engine

    try:
        engine = collection_engine(request.path_params["collection"])
        if not map_preview_url(engine):
            return PlainTextResponse("This collection has no map.", 404)
        message = _message(engine.collection.name, engine.collection.version, engine)
    except DeviseError:
        return PlainTextResponse("There is no such collection, or it has no map.", 404)
    return JSONResponse(message, headers=_HEADERS)


ROUTE = Route("/map-preview/{collection}", _map_preview)
