"""An RGB image → the square of pixels the network sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

VERSION = 1
"""Raise it with any change to the pixels that ``to_pixels`` gives: vectors made from other pixels cannot be compared."""

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]


def to_pixels(image: Image.Image, size: int = 224) -> Pixels:
    """Resample ``image`` to ``uint8 (size, size, 3)``, in one step from the box in its middle that ``seen_box`` gives."""
    (width, height), (left, top, right, bottom) = image.size, seen_box(*image.size)
    box = (left * width, top * height, right * width, bottom * height)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0), dtype=np.uint8)


def seen_box(width: int, height: int) -> Box:
    """Left, top, right and bottom of what the network sees, as parts of the picture's width and height.

    The box goes half of the way, in proportion, from the whole picture to its largest square: what stands at the edges
    of a wide picture is kept, and nothing is squeezed by more than the square root of the aspect ratio.
    """
    share = float(np.sqrt(min(width, height) / max(width, height)))  # of the longer side
    start, end = (1 - share) / 2, (1 + share) / 2
    return (start, 0.0, end, 1.0) if width > height else (0.0, start, 1.0, end)
