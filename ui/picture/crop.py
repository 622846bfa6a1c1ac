"""A region of a picture, which a visitor chooses by dragging. The address of the page contains the region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from PIL import Image

from ui.callbacks import uninterrupted
from ui.component import component

WHOLE, LEAST = 1000, 10
"""The width and height of a whole picture, and the smallest of a region, in the units of ``CropRegion``."""

_CROP = component("crop", "pending_value")


@dataclass(frozen=True)
class CropRegion:
    """A region: left, top, width and height, in thousandths of the picture's width and height."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, numbers: Any) -> CropRegion | None:
        """Return the region of four whole numbers, or None if ``numbers`` is not a valid region."""
        if not isinstance(numbers, list) or len(numbers) != 4 or any(type(number) is not int for number in numbers):
            return None
        x, y, width, height = numbers
        inside = x >= 0 and y >= 0 and width >= LEAST and height >= LEAST and x + width <= WHOLE and y + height <= WHOLE
        return cls(x, y, width, height) if inside else None

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"

    def cut(self, image: Image.Image) -> Image.Image:
        """Return the region of ``image``, at least one pixel in size."""
        return image.crop(
            (
                self.x * image.width // WHOLE,
                self.y * image.height // WHOLE,
                -(-(self.x + self.width) * image.width // WHOLE),
                -(-(self.y + self.height) * image.height // WHOLE),
            )
        )


def crop(key: str, src: str, name: str, region: CropRegion | None, on_change: Callable[[CropRegion | None], None]) -> None:
    """Show the picture at ``src`` with its region. ``on_change`` is called with each new region, or None for the whole picture."""
    box = [region.x, region.y, region.width, region.height] if region else None
    _CROP(
        key=key,
        data=[src, name, box],
        on_crop_change=uninterrupted(lambda: on_change(CropRegion.of(st.session_state[key]["crop"]))),
    )
