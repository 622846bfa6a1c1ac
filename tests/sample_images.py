"""Small pictures as files, as a visitor uploads them."""

from __future__ import annotations

import io

from PIL import Image


def png(colour: str, size: int = 300) -> bytes:
    """Return a square picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(buffer, "PNG")
    return buffer.getvalue()


FILES = [("red.png", png("red")), ("trip/sea_side/blue one.png", png("blue")), ("lime.png", png("lime"))]
"""Name and content of three pictures."""
