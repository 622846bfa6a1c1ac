"""Everything that the map of a collection shows, in one message. The browser fetches it once and caches it."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.own_routes import route_url

if TYPE_CHECKING:  # the server imports this module as it starts, and must listen before NumPy is imported
    from devise_core.collections.projection import Projections
    from devise_core.engine import Engine
    from devise_core.search.shown_words import Shown

MAX_DRAWN = 20_000
"""Larger collections are sampled evenly, and the map says so."""
CONTENT = 2
"""Raise it when the message says something else of the same collection, because browsers keep the message."""
COLOURED = 11
"""How many categories or labels have a colour of their own. The rest share one more."""
THUMBNAIL = 96
COLOURS = {"category": "Category", "label": "Label", "cluster": "Group", "cosine": "Similarity", "right": "Named correctly"}
"""What the colours can mean: value in the address → name on the page."""
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def map_source(engine: Engine) -> str:
    """Return the URL of the message. For uploaded pictures it is the message itself, so that nobody else can fetch it."""
    collection = engine.collection
    if isinstance(collection.picture(0), bytes):
        return _upload_message(collection.version, engine)
    return route_url("map-data", collection.name, v=collection.version, content=CONTENT)


def drawn_rows(count: int) -> range:
    """Return the rows that are drawn of ``count`` pictures."""
    return range(0, count, -(-count // MAX_DRAWN))


def pack(numbers: Any, kind: str) -> str:
    """Return numbers as base64 of their little-endian bytes. ``kind`` is a NumPy type such as "u2"."""
    import numpy as np

    return base64.b64encode(np.asarray(numbers).astype(f"<{kind}").tobytes()).decode()


@st.cache_resource(show_spinner=False, max_entries=2, scope="session")
def _upload_message(version: str, _engine: Engine) -> str:  # noqa: ARG001  version is the cache key
    return _message(_engine)


@st.cache_resource(show_spinner=False, max_entries=8)
def _folder_message(name: str, version: str, _engine: Engine) -> str:  # noqa: ARG001  name and version are the cache key
    return _message(_engine)


def _map_data(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import base_engine

    try:
        base = base_engine()
        engine = base.on(base.collections()[request.path_params["collection"]].name)
        message = _folder_message(engine.collection.name, engine.collection.version, engine)
    except (DeviseError, KeyError):
        return PlainTextResponse("There is no such collection, or it has no map.", 404)
    return Response(message, media_type="application/json", headers=_HEADERS)


ROUTE = Route("/map-data/{collection}", _map_data)


def _message(engine: Engine) -> str:
    from devise_core.collections.map_labels import NAMED_BY

    collection, projections = engine.collection, engine.collection.projections
    rows = drawn_rows(len(collection))
    names, shown = engine.label_all(NAMED_BY), engine.shown_words()
    return json.dumps(
        {
            "count": len(collection),
            "step": rows.step,
            "whole": collection.has_cut_outs,
            "ids": [collection.items[row].id for row in rows],
            "names": [collection.items[row].name for row in rows],
            "pictures": [_thumbnail(engine, row) for row in rows],
            "colours": _colours(engine, rows, names, shown),
            "places": {
                name: pack((places[:: rows.step].clip(0, 1) * 65535).round(), "u2") for name, places in projections.places.items()
            },
            "trustworthiness": {name: round(value, 3) for name, value in projections.trustworthiness.items()},
            "texts": _texts(engine, projections, shown),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _colours(engine: Engine, rows: range, names: list[list[str]], shown: list[Shown]) -> dict[str, Any]:
    """Return names and each picture's number among them, for every meaning of the colours but the similarity."""
    from devise_core.collections.group_naming import name_groups
    from devise_core.collections.map_labels import named_correctly

    items, groups = engine.collection.items, engine.collection.projections.clusters[:, 0]
    number_of = {True: 0, False: 1, None: 2}
    return {
        "category": _most_frequent([item.category.split("/")[0].replace("_", " ") for item in items], rows),
        "label": _most_frequent([item.labels[0] if item.labels else "" for item in items], rows),
        "cluster": {
            "names": [name or f"group {number}" for number, name in enumerate(name_groups(shown, groups), 1)],
            "of": pack(groups[rows.start :: rows.step], "u1"),
        },
        "right": {
            "names": ["correct", "wrong", "no label"],
            "of": pack([number_of[each] for each in named_correctly(items, names)[:: rows.step]], "u1"),
        },
    }


def _texts(engine: Engine, projections: Projections, shown: list[Shown]) -> list[dict[str, Any]]:
    """Return the texts on the map with their places: names of large and small groups, and words."""
    import numpy as np

    from devise_core.collections.group_naming import name_groups
    from devise_core.collections.map_labels import map_words

    texts = []
    for level, kind in enumerate(("cluster", "part")):
        groups = projections.clusters[:, level]
        for group, name in zip(sorted(set(groups.tolist())), name_groups(shown, groups), strict=True):
            if not name:
                continue  # a number would tell a visitor nothing
            centres = {method: np.median(places[groups == group], axis=0) for method, places in projections.places.items()}
            texts.append({"text": name, "kind": kind, "places": _rounded(centres)})
    for word, row in map_words(engine.text, engine.collection, shown, engine.parts.word_filter).items():
        places = {method: each[row] for method, each in projections.places.items()}
        texts.append({"text": word, "kind": "word", "places": _rounded(places)})
    return texts


def _rounded(places: dict[str, Any]) -> dict[str, list[float]]:
    return {name: [round(float(number), 4) for number in place] for name, place in places.items()}


def _most_frequent(values: Sequence[str], rows: Iterable[int]) -> dict[str, Any]:
    """Return the most frequent values, with one more for the others, and each picture's number among them."""
    names = [name for name, _ in Counter(values).most_common(COLOURED + 1) if name]
    if len(set(filter(None, values))) > COLOURED:
        names = names[:COLOURED]
    numbers = {name: number for number, name in enumerate(names)}
    return {"names": [*names, "other"], "of": pack([numbers.get(values[row], len(names)) for row in rows], "u1")}


def _thumbnail(engine: Engine, row: int) -> str:
    from PIL import Image

    from ui.server.image_routes import picture_url

    picture = engine.collection.picture(row)
    if not isinstance(picture, bytes):
        return picture_url(engine, row)
    with Image.open(io.BytesIO(picture)) as image:  # smaller than the kept picture, because all of them are part of the page
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
