"""Thumbnails of the bundled collections."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from devise_core.vision.image_reader import read_image

LONGEST_SIDE = 256


def save_thumbnail(source: Path | bytes, target: Path) -> None:
    """Write an upright WebP copy of at most 256 × 256 pixels. Transparent parts become white."""
    image = read_image(source)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.save(target, "WEBP", quality=85, method=6)
