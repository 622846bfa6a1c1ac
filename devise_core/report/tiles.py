"""A picture as the report shows it: a small copy in the page itself, what it is called, and whose it is."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from devise_core.datatypes import Item
from devise_core.vision.image_reader import read_image

LONGEST = 288
"""Pixels: twice the width of a tile, for screens of twice the density."""
WHITE = 244


@dataclass(frozen=True)
class Tile:
    """``data``: a ``data:`` URI. ``cut_out``: stands on white, so it is shown whole. ``link`` leads to its source, or nowhere."""

    name: str
    data: str
    cut_out: bool
    title: str = ""
    author: str = ""
    licence: str = ""
    link: str = ""
    cosine: float | None = None


def tile(item: Item, picture: Path | bytes, cosine: float | None = None) -> Tile:
    """The tile of the image ``item`` of a collection, which is in the file ``picture`` or has these bytes."""
    data, cut_out = _picture(picture)
    title = "" if item.caption.lower() == item.name else item.caption
    link = item.source if item.source.startswith("https://") else ""  # not a path on the disk of whoever made the collection
    return Tile(item.name, data, cut_out, title, item.author, item.licence, link, cosine)


def own_tile(path: Path) -> Tile:
    """The tile of a picture of your own. Raises ``ImageError``."""
    data, cut_out = _picture(path)
    return Tile(path.stem, data, cut_out)


@cache
def _picture(picture: Path | bytes) -> tuple[str, bool]:
    image = read_image(picture, at_least=LONGEST)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=76, method=6)
    light = np.asarray(image).min(axis=2) >= WHITE
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    cut_out = bool(border.mean() > 0.6)  # more than a white sky makes
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}", cut_out
