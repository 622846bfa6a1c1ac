"""An image as the report shows it: a small copy inside the page, a name and a credit."""

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
"""The longer side of a small copy in pixels: twice the width of a tile on the page, for high-density screens."""
WHITE = 244
"""A pixel counts as white if each of its channels has at least this value."""


@dataclass(frozen=True)
class Tile:
    """An image with its caption.

    Attributes:
        name: The name of the image.
        data: The image as a ``data:`` URI.
        cut_out: Whether the object is on a white background. Such an image is shown whole, not cropped.
        title: A longer title, or an empty string.
        author: The author, or an empty string.
        licence: The licence, or an empty string.
        link: The URL of the source, or an empty string.
        cosine: The similarity to the query, or None if there is no query.
    """

    name: str
    data: str
    cut_out: bool
    title: str = ""
    author: str = ""
    licence: str = ""
    link: str = ""
    cosine: float | None = None


def item_tile(item: Item, image: Path | bytes, cosine: float | None = None) -> Tile:
    """Return the tile of an image in a collection.

    Args:
        item: What the collection knows about the image.
        image: The path of the image file, or the bytes of the file.
        cosine: The similarity to the query, or None if there is no query.
    """
    data, cut_out = _shrink(image)
    title = "" if item.caption.lower() == item.name else item.caption
    link = item.source if item.source.startswith("https://") else ""  # not a path on the disk of whoever indexed the images
    return Tile(item.name, data, cut_out, title, item.author, item.licence, link, cosine)


def file_tile(path: Path) -> Tile:
    """Return the tile of an image file.

    Raises:
        ImageError: The file is not an image that can be read.
    """
    data, cut_out = _shrink(path)
    return Tile(path.stem, data, cut_out)


@cache
def _shrink(source: Path | bytes) -> tuple[str, bool]:
    """Return a small copy as a ``data:`` URI, and whether the object is on a white background."""
    image = read_image(source, at_least=LONGEST)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=76, method=6)
    light = np.asarray(image).min(axis=2) >= WHITE  # (height, width)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    cut_out = bool(border.mean() > 0.6)  # a white sky covers less of the border
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}", cut_out
