"""Show a heat map of a query over a picture, and say in words what the heat map shows."""

from __future__ import annotations

from devise_core.engine import Engine
from devise_core.vision.image_reader import read_image
from devise_core.vision.occlusion import LEAST, Heat
from ui.component import component
from ui.server.image_routes import picture_url
from ui.text import plain

_HEAT = component("heat")
_DOWN, _ACROSS = ("upper", "middle", "lower"), ("left", "centre", "right")


def heat_map(engine: Engine, row: int, heat: Heat | None, key: str) -> None:
    """Show the picture at ``row``, with ``heat`` over it if a region matters. Raise ``ImageError`` if it cannot be read."""
    width, height = read_image(engine.collection.picture(row)).size
    name = engine.collection.items[row].name
    alt, overlay = name, None
    if heat and heat.decides:
        alt = f"{name}. For “{heat.text}” the {place(heat)} matters most."
        overlay = [[[round(float(value), 3) for value in row] for row in heat.grid], list(heat.box)]
    _HEAT(key=key, data=[picture_url(engine, row), alt, width / height, overlay, width])


def place(heat: Heat) -> str:
    """Return where the most important region is, such as "upper left"."""
    rows, columns = heat.grid.shape
    down, across = divmod(int(heat.grid.argmax()), columns)
    position = f"{_DOWN[3 * (2 * down + 1) // (2 * rows)]} {_ACROSS[3 * (2 * across + 1) // (2 * columns)]}"
    return "centre" if position == "middle centre" else position


def describe_heat(heat: Heat) -> str:
    """Return a sentence about the heat map, in Markdown."""
    text = plain(heat.text, 60)
    if not heat.decides:
        return f"For **{text}**, no single region matters. Blurring any one of them lowers the similarity by less than {LEAST:.2f}."
    return f"For **{text}**, the {place(heat)} matters most. Blurring it lowers the similarity by {heat.lost:z.2f}."
