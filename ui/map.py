"""The map as a chart: pictures, words, and the query among them."""

from __future__ import annotations

import base64
import io
from collections import Counter
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from devise_core.collection import Collection
from devise_core.engine import Engine
from devise_core.errors import UnknownWordError
from devise_core.projection import place

THUMBNAIL = 72
MOST_WORDS, FEWEST = 18, 6
"""Words on the map: the categories with the most pictures, as more would cover each other."""

MOST = 5_000
"""More pictures than this are sampled evenly, and the page says so."""


@st.cache_data(show_spinner="Drawing the map…", max_entries=4, scope="session")
def picture_rows(version: str, model: str, _collection: Collection) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    """A row for each picture: its place, name, top category, and a thumbnail for the tooltip."""
    step = -(-len(_collection) // MOST)
    return [{"row": row, "x": float(_collection.projection[row, 0]), "y": float(_collection.projection[row, 1]),
             "name": item.labels[0] if item.labels else item.id, "category": item.category.split("/")[0] or "all",
             "image": _thumbnail(_collection.picture(row))}
            for row, item in enumerate(_collection.items) if row % step == 0]


@st.cache_data(show_spinner=False, max_entries=8, scope="session")
def word_rows(version: str, model: str, _engine: Engine) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    """The words of the collection's categories, each placed among the pictures nearest to it."""
    here = _engine.collection
    counts = Counter(part for item in here.items for part in item.category.split("/") if part)
    words = [word for word, count in counts.most_common(MOST_WORDS) if count >= FEWEST]
    rows = []
    for word in words:
        try:
            x, y = place(_engine.embed_text(word), here.embeddings, here.projection)
        except UnknownWordError:
            continue
        rows.append({"x": x, "y": y, "word": word})
    return rows


def chart(pictures: list[dict[str, Any]], words: list[dict[str, Any]], query: tuple[str, float, float] | None,
          best: set[int], ink: str) -> Any:
    """An Altair chart; ``best`` rows stand out, ``query`` is a diamond, words are in ``ink``. Drag selects ``region``."""
    import altair as alt

    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    rows = [{**row, "found": "yes" if row["row"] in best else "no"} for row in pictures]
    dim = alt.condition("datum.found == 'yes'", alt.value(1.0), alt.value(0.3 if best else 0.85))
    size = alt.condition("datum.found == 'yes'", alt.value(190), alt.value(85))
    layers = [alt.Chart({"values": rows}).mark_circle().encode(
        x=x, y=y, opacity=dim, size=size,
        color=alt.Color("category:N", title="Category", legend=alt.Legend(orient="bottom", columns=5)),
        tooltip=[alt.Tooltip(f"{field}:N", title=field) for field in ("image", "name", "category")],
    ).add_params(alt.selection_interval(name="region"))]
    if words:
        layers.append(alt.Chart({"values": words}).mark_text(fontSize=14, fontWeight="bold", color=ink, opacity=0.75).encode(
            x=x, y=y, text="word:N"))
    if query:
        star = alt.Chart({"values": [{"text": query[0], "x": query[1], "y": query[2]}]})
        layers += [star.mark_point(shape="diamond", size=260, filled=True, color="#e4572e", opacity=1).encode(x=x, y=y),
                   star.mark_text(dy=-18, fontSize=15, fontWeight="bold", color="#e4572e").encode(x=x, y=y, text="text:N")]
    return alt.layer(*layers).properties(height=560).configure_view(strokeWidth=0)


def rows_inside(pictures: list[dict[str, Any]], region: dict[str, list[float]]) -> list[int]:
    """The pictures in a dragged rectangle ``{"x": [a, b], "y": [c, d]}``."""
    if not region.get("x") or not region.get("y"):
        return []
    (left, right), (low, high) = sorted(region["x"]), sorted(region["y"])
    return [row["row"] for row in pictures if left <= row["x"] <= right and low <= row["y"] <= high]


def _thumbnail(picture: Path | bytes) -> str:
    with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=70)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
