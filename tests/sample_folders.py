"""Folders of images for tests, and a user who may not read all of them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

NOBODY = 65_534
"""The id of a user without rights."""


def picture(path: Path) -> Path:
    """Write a small JPEG to ``path``, and return ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (12, 8), "teal").save(path, "JPEG")
    return path
