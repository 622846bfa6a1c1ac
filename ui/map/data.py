"""All of a collection that its map shows, in one message: the browser fetches it once and keeps it."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:  # the server imports this as it starts, and is to listen before NumPy is there
    from devise_core.collections.projection import Projections
    from devise_core.engine import Engine

MOST = 20_000
"""More pictures than this are sampled evenly, and the map says so."""
COLOURED = 11
"""Categories and labels with a colour of their own, the most frequent ones; the others share one more."""
THUMBNAIL = 96
COLOURS = {"category": "Category", "label": "Label", "cluster": "Cluster", "cosine": "Cosine", "right": "Named right"}
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def source(engine: Engine) -> str:
    """Where the browser gets the message; for pictures that are in no file, the message itself."""
    collection = engine.collection
    if collection.picture(0).__class__ is bytes:
        return _own(collection.version, engine)
    return f"atlas/{quote(collection.name, safe='')}?{urlencode({'v': collection.version})}"


def drawn(count: int) -> range:
    """The rows that are drawn of ``count`` pictures."""
    return range(0, count, -(-count // MOST))


def packed(numbers: Any, kind: str) -> str:
    """An array as the base64 of its little-endian values; ``kind`` as NumPy names them."""
    import numpy as np

    return base64.b64encode(np.asarray(numbers).astype(f"<{kind}").tobytes()).decode()


@st.cache_resource(show_spinner=False, max_entries=2, scope="session")
def _own(version: str, _engine: Engine) -> str:  # noqa: ARG001  the cache's key
    return _message(_engine)


@st.cache_resource(show_spinner=False, max_entries=8)
def _of_folder(name: str, version: str, _engine: Engine) -> str:  # noqa: ARG001  the cache's key
    return _message(_engine)


def _atlas(request: Request) -> Response:
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import model

    try:
        here = model().on(model().collections()[request.path_params["collection"]].name)
        message = _of_folder(here.collection.name, here.collection.version, here)
    except (DeviseError, KeyError):
        return PlainTextResponse("There is no such collection, or it has no map.", 404)
    return Response(message, media_type="application/json", headers=_HEADERS)


ROUTE = Route("/atlas/{collection}", _atlas)


def _message(engine: Engine) -> str:
    from devise_core.collections.map_labels import group_names, named_right, nearest_nouns
    from ui.hit.tiles import CUT_OUTS

    collection, projections = engine.collection, engine.collection.projections
    rows, items = drawn(len(collection)), collection.items
    clusters = projections.clusters[:, 0]
    nearest = nearest_nouns(engine.vocabulary, engine.collection)
    right = {True: 0, False: 1, None: 2}
    return json.dumps(
        {
            "count": len(collection),
            "step": rows.step,
            "whole": collection.name in CUT_OUTS,
            "ids": [items[row].id for row in rows],
            "names": [items[row].name for row in rows],
            "pictures": [_picture(engine, row) for row in rows],
            "colours": {
                "category": _most_frequent([item.category.split("/")[0].replace("_", " ") for item in items], rows),
                "label": _most_frequent([item.labels[0] if item.labels else "" for item in items], rows),
                "cluster": {
                    "names": group_names(engine.vocabulary, engine.collection, clusters),
                    "of": packed(clusters[rows.start :: rows.step], "u1"),
                },
                "right": {
                    "names": ["right", "wrong", "no label"],
                    "of": packed([right[each] for each in named_right(items, nearest)[:: rows.step]], "u1"),
                },
            },
            "places": {
                name: packed((places[:: rows.step].clip(0, 1) * 65535).round(), "u2") for name, places in projections.places.items()
            },
            "kept": {name: round(kept, 3) for name, kept in projections.kept.items()},
            "texts": _texts(engine, projections, nearest),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _texts(engine: Engine, projections: Projections, nearest: list[list[str]]) -> list[dict[str, Any]]:
    """Names of clusters, of the few and the many, amid their pictures; and words. Places of each on every map."""
    import numpy as np

    from devise_core.collections.map_labels import group_names, words_among

    found = []
    for level, kind in enumerate(("cluster", "part")):
        groups = projections.clusters[:, level]
        for group, name in enumerate(group_names(engine.vocabulary, engine.collection, groups)):
            amid = {where: np.median(places[groups == group], axis=0) for where, places in projections.places.items()}
            found.append({"text": name, "kind": kind, "places": _listed(amid)})
    for word, vector in words_among(engine.text, engine.collection, nearest).items():
        places = {where: projections.place(where, vector, engine.collection.embeddings) for where in projections.places}
        found.append({"text": word, "kind": "word", "places": _listed(places)})
    return found


def _listed(places: dict[str, Any]) -> dict[str, list[float]]:
    return {name: [round(float(number), 4) for number in place] for name, place in places.items()}


def _most_frequent(values: Sequence[str], rows: Iterable[int]) -> dict[str, Any]:
    """Each picture's value by number: the most frequent ones, and one more for the others."""
    names = [name for name, _ in Counter(values).most_common(COLOURED + 1) if name]
    if len(set(filter(None, values))) > COLOURED:
        names = names[:COLOURED]
    numbers = {name: number for number, name in enumerate(names)}
    return {"names": [*names, "other"], "of": packed([numbers.get(values[row], len(names)) for row in rows], "u1")}


def _picture(engine: Engine, row: int) -> str:
    from PIL import Image

    from ui.server.image_routes import address

    picture = engine.collection.picture(row)
    if not isinstance(picture, bytes):
        return address(engine, row)
    with Image.open(io.BytesIO(picture)) as image:  # smaller than it is kept: all of them travel with the page
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
