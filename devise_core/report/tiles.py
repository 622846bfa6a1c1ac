"""A picture as the report shows it: a small copy in the page itself, what it is called, and whose it is."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from devise_core.datatypes import Hit
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


def tile(hit: Hit, cosine: float | None = None) -> Tile:
    """The tile of a picture of a collection."""
    data, cut_out = _picture(hit.path)
    title = "" if hit.caption.lower() == hit.name else hit.caption
    link = hit.source if hit.source.startswith("https://") else ""  # not a path on the disk of whoever made the collection
    return Tile(hit.name, data, cut_out, title, hit.author, hit.licence, link, cosine)


def own_tile(path: Path) -> Tile:
    """The tile of a picture of your own. Raises ``ImageError``."""
    data, cut_out = _picture(path)
    return Tile(path.stem, data, cut_out)


@cache
def _picture(path: Path) -> tuple[str, bool]:
    image = read_image(path, at_least=LONGEST)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=76, method=6)
    light = np.asarray(image).min(axis=2) >= WHITE
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    cut_out = bool(border.mean() > 0.6)  # more than a white sky makes
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}", cut_out
