"""Small copies of images, as collections keep them."""

from __future__ import annotations

import io

from PIL import Image


def thumbnail(image: Image.Image, longest: int) -> bytes:
    """Return WebP bytes of a copy that is at most ``longest`` pixels wide and high."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=82)
    return buffer.getvalue()
