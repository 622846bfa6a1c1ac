"""A picture with the heat of a query over it, and what the heat says in words."""

from __future__ import annotations

from devise_core.engine import Engine
from devise_core.vision.image_reader import read_image
from devise_core.vision.occlusion import LEAST, Heat
from ui.component import component
from ui.server.image_routes import address
from ui.text import plain

_MAP = component("heat")
_DOWN, _ACROSS = ("upper", "middle", "lower"), ("left", "centre", "right")


def heat_map(engine: Engine, row: int, heat: Heat | None, key: str) -> None:
    """The picture at ``row``; over it ``heat``, where there is one and some region decides. Raises ``ImageError``."""
    width, height = read_image(engine.collection.picture(row)).size
    name = engine.collection.items[row].name
    alt, drawn = name, None
    if heat and heat.decides:
        alt = f"{name}. For “{heat.text}” the {place(heat)} matters most."
        drawn = [[[round(float(value), 3) for value in row] for row in heat.grid], list(heat.box)]
    _MAP(key=key, data=[address(engine, row), alt, width / height, drawn])


def place(heat: Heat) -> str:
    """Where the strongest region is: "upper left"."""
    rows, columns = heat.grid.shape
    down, across = divmod(int(heat.grid.argmax()), columns)
    where = f"{_DOWN[3 * (2 * down + 1) // (2 * rows)]} {_ACROSS[3 * (2 * across + 1) // (2 * columns)]}"
    return "centre" if where == "middle centre" else where


def in_words(heat: Heat) -> str:
    """A sentence in Markdown."""
    what = f"Cosine with **{plain(heat.text, 60)}**: {heat.cosine:.2f}."
    if not heat.decides:
        return f"{what} No single region decides: whichever is blurred, less than {LEAST:.2f} of it goes."
    return f"{what} Blurring the brightest region, at the {place(heat)}, takes {heat.lost:.2f} of it."
