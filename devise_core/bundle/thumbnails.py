"""What both bundled collections do with a picture."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from devise_core.vision.image_reader import read_image

LONGEST = 256


def save_thumbnail(source: Path | bytes, target: Path) -> None:
    """A copy of at most 256 pixels a side, upright, on white, as WebP."""
    image = read_image(source)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    image.save(target, "WEBP", quality=85, method=6)
