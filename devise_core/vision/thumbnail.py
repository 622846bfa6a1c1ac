"""Small copies of images, as collections keep them."""

from __future__ import annotations

import io

from PIL import Image

METHOD = 2
"""How hard WebP tries, from 0 to 6. Its default, 4, takes twice as long for files that are 3% smaller (``benchmarks.indexing``)."""


def thumbnail(image: Image.Image, longest: int) -> bytes:
    """Return WebP bytes of a copy that is at most ``longest`` pixels wide and high."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=82, method=METHOD)
    return buffer.getvalue()
