"""A region of a picture: dragged on it, kept in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from PIL import Image

from ui.component import component

WHOLE, LEAST = 1000, 10

_CROP = component("crop", "hand")


@dataclass(frozen=True)
class Region:
    """Left, top, width and height in thousandths of a picture's own."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def of(cls, numbers: Any) -> Region | None:
        """The region of four whole numbers, where they are one; None for anything else."""
        if not isinstance(numbers, list) or len(numbers) != 4 or any(type(number) is not int for number in numbers):
            return None
        x, y, width, height = numbers
        inside = x >= 0 and y >= 0 and width >= LEAST and height >= LEAST and x + width <= WHOLE and y + height <= WHOLE
        return cls(x, y, width, height) if inside else None

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"

    def cut(self, image: Image.Image) -> Image.Image:
        """The part of ``image``, of at least one pixel."""
        return image.crop(
            (
                self.x * image.width // WHOLE,
                self.y * image.height // WHOLE,
                -(-(self.x + self.width) * image.width // WHOLE),
                -(-(self.y + self.height) * image.height // WHOLE),
            )
        )


def crop(key: str, src: str, name: str, region: Region | None, chosen: Callable[[Region | None], None]) -> None:
    """Show the picture at ``src``; ``chosen`` is called with another region, or with None for the whole of it."""
    box = [region.x, region.y, region.width, region.height] if region else None
    _CROP(key=key, data=[src, name, box], on_crop_change=lambda: chosen(Region.of(st.session_state[key]["crop"])))
