"""Everything that the map of a collection shows, in one JSON message. The browser fetches the message once and caches it."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.own_routes import route_url

if TYPE_CHECKING:  # the server imports this module as it starts, and must listen before NumPy is imported
    from devise_core.collections.projection import Integers, Projections
    from devise_core.datatypes import Item
    from devise_core.engine import Engine
    from devise_core.search.naming_table import Flags
    from devise_core.search.shown_words import Shown
    from devise_core.vectors import Floats

MAX_DRAWN = 20_000
"""How many pictures a map draws at most. Larger collections are sampled evenly, and the map says so."""
MAX_NAMED = 1_500
"""The model names at most this many of the drawn pictures, because each takes about 3 ms. The map uses the names for its groups and
for the colour "Named correctly"."""
CONTENT = 5
"""Increase this number when the message for an unchanged collection changes, because browsers cache the message."""
COLOURED = 11
"""How many categories or labels have different colours. All others share one more colour."""
THUMBNAIL = 96
COLOURS = {
    "category": "Category",
    "label": "Label",
    "cluster": "Group",
    "cosine": "Similarity",
    "right": "Named correctly",
}
"""What the colours can mean: value in the address → name on the page."""
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def map_source(engine: Engine) -> str:
    """Return the URL of the message, or for uploaded pictures the message itself, so that nobody else can fetch the message."""
    collection = engine.collection
    if collection.in_memory:
        return _upload_message(collection.version, engine)
    return route_url("map-data", collection.name, v=collection.version, content=CONTENT)


def drawn_rows(count: int) -> range:
    """Return the rows of the pictures that the map draws of a collection of ``count`` pictures."""
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
    from devise_core.serving.open_engines import collection_engine

    try:
        engine = collection_engine(request.path_params["collection"])
        message = _folder_message(engine.collection.name, engine.collection.version, engine)
    except DeviseError:
        return PlainTextResponse("There is no such collection, or it has no map.", 404)
    return Response(message, media_type="application/json", headers=_HEADERS)


ROUTE = Route("/map-data/{collection}", _map_data)


@dataclass(frozen=True)
class _Drawn:
    """The pictures that are drawn, and those of them that the model names.

    Attributes:
        rows: The rows of the pictures that are drawn.
        items: The name, labels and category of each picture that is drawn.
        judged: The positions, among the pictures that are drawn, of those that the model names.
        names: For each picture of ``judged``, the nouns that the model names it with.
        shown: For each picture of ``judged``, the words that it shows (``shown_words.py``).
        groups: For each picture that is drawn, the number of its large group and of its small group ``(2, n)``.
    """

    rows: range
    items: list[Item]
    judged: range
    names: list[list[str]]
    shown: list[Shown]
    groups: Integers

    @classmethod
    def of(cls, engine: Engine) -> _Drawn:
        """Choose the pictures of the map of ``engine``'s collection."""
        from devise_core.collections.map_labels import NAMED_BY

        rows = drawn_rows(len(engine.collection))
        judged = range(0, len(rows), max(1, -(-len(rows) // MAX_NAMED)))
        named = [rows[place] for place in judged]
        names, shown = engine.label_all(NAMED_BY, named), engine.shown_words(named)
        groups = engine.maps.clusters[:: rows.step].T
        return cls(rows, engine.collection.items_at(rows), judged, names, shown, groups)

    @cached_property
    def group_names(self) -> list[dict[int, str]]:
        """Two mappings, number of a group → its name: one for the large groups, one for the small groups."""
        from devise_core.collections.group_naming import name_by_things

        numbers = self.groups[:, self.judged.start :: self.judged.step]
        return [dict(zip(sorted(set(each.tolist())), name_by_things(self.shown, each), strict=True)) for each in numbers]

    def showing(self, name: str, in_group: Flags) -> list[int]:
        """Return the positions of those pictures of a group that show a word of the group's ``name``."""
        from devise_core.search.shown_words import SHOWN

        words = name.split(" and ")
        return [
            place
            for place, shown in zip(self.judged, self.shown, strict=True)
            if in_group[place] and any(shown.get(word, 0.0) >= SHOWN for word in words)
        ]


def _message(engine: Engine) -> str:
    collection, projections = engine.collection, engine.maps
    drawn = _Drawn.of(engine)
    return json.dumps(
        {
            "count": len(collection),
            "step": drawn.rows.step,
            "whole": collection.has_cut_outs,
            "ids": [item.id for item in drawn.items],
            "names": [item.name for item in drawn.items],
            "pictures": [_thumbnail(engine, row, item) for row, item in zip(drawn.rows, drawn.items, strict=True)],
            "colours": _colours(drawn),
            "places": {
                name: pack((places[:: drawn.rows.step].clip(0, 1) * 65535).round(), "u2")
                for name, places in projections.places.items()
            },
            "texts": _texts(engine, projections, drawn),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _colours(drawn: _Drawn) -> dict[str, Any]:
    """Return, for each key of ``COLOURS`` except similarity, the names in the legend and the number of each picture's name."""
    from devise_core.collections.map_labels import named_correctly

    groups, group_names = drawn.groups[0], drawn.group_names[0]
    right = dict(zip(drawn.judged, named_correctly([drawn.items[place] for place in drawn.judged], drawn.names), strict=True))
    number_of = {True: 0, False: 1, None: 2}
    return {
        "category": _most_frequent([item.category.split("/")[0].replace("_", " ") for item in drawn.items]),
        "label": _most_frequent([item.labels[0] if item.labels else "" for item in drawn.items]),
        "cluster": {
            "names": [group_names.get(number) or f"group {number + 1}" for number in range(int(groups.max()) + 1)],
            "of": pack(groups, "u1"),
        },
        "right": {
            "names": ["correct", "wrong", "no label" if len(right) == len(drawn.items) else "not tried"],
            "of": pack([number_of[right.get(place)] for place in range(len(drawn.items))], "u1"),
        },
    }


def _texts(engine: Engine, projections: Projections, drawn: _Drawn) -> list[dict[str, Any]]:
    """Return the texts on the map with their places: names of large and small groups, and words."""
    from devise_core.collections.map_labels import map_words

    texts = []
    places_drawn = {method: places[:: drawn.rows.step] for method, places in projections.places.items()}
    for kind, groups, names in zip(("cluster", "part"), drawn.groups, drawn.group_names, strict=True):
        for group, name in names.items():
            if not name:
                continue  # a number would tell a visitor nothing
            in_group = groups == group
            showing = drawn.showing(name, in_group)
            centres = {method: _central(places, in_group, showing) for method, places in places_drawn.items()}
            texts.append({"text": name, "kind": kind, "places": _rounded(centres)})
    named = [drawn.rows[place] for place in drawn.judged]
    for word, row in map_words(engine.text, engine.collection, drawn.shown, engine.parts.word_filter, named).items():
        places = {method: each[row] for method, each in projections.places.items()}
        texts.append({"text": word, "kind": "word", "places": _rounded(places)})
    return texts


def _central(places: Floats, in_group: Flags, showing: Sequence[int]) -> Floats:
    """Return the place nearest to the middle of a group among the places of the pictures in ``showing``, or else the middle."""
    import numpy as np

    middle = np.median(places[in_group], axis=0)
    return min((places[place] for place in showing), key=lambda place: float(np.square(place - middle).sum()), default=middle)


def _rounded(places: dict[str, Any]) -> dict[str, list[float]]:
    return {name: [round(float(number), 4) for number in place] for name, place in places.items()}


def _most_frequent(values: Sequence[str]) -> dict[str, Any]:
    """Return the most frequent values, then "other", and for each picture the number of its value in this list."""
    names = [name for name, _ in Counter(values).most_common(COLOURED + 1) if name]
    if len(set(filter(None, values))) > COLOURED:
        names = names[:COLOURED]
    numbers = {name: number for number, name in enumerate(names)}
    return {"names": [*names, "other"], "of": pack([numbers.get(value, len(names)) for value in values], "u1")}


def _thumbnail(engine: Engine, row: int, item: Item) -> str:
    from PIL import Image

    from ui.server.image_routes import file_url

    collection = engine.collection
    if not collection.in_memory:
        return file_url(collection.name, item.file, collection.version)
    picture = collection.picture(row)
    assert isinstance(picture, bytes)
    with Image.open(io.BytesIO(picture)) as image:  # smaller than the stored picture, because the page contains all of them
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
