"""Make small copies of images, as collections store them."""

from __future__ import annotations

import io

from PIL import Image

METHOD = 2
"""How much time WebP spends on compression, from 0 to 6. Its default, 4, takes twice as long as 2, and the files are 3% smaller
(``benchmarks.indexing``)."""


def thumbnail(image: Image.Image, longest: int) -> bytes:
    """Return a WebP file with a copy of ``image`` that is at most ``longest`` pixels wide and high."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=82, method=METHOD)
    return buffer.getvalue()
