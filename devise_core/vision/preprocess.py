"""Resample an RGB image to the square of pixels that the model sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

VERSION = 1
"""Raise it with any change to the pixels that ``to_pixels`` returns, because the vectors before and after cannot be compared."""

Pixels = npt.NDArray[np.uint8]
"""RGB pixels, ``uint8 (…, size, size, 3)``."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom as fractions of an image's width and height."""


def to_pixels(image: Image.Image, size: int = 224) -> Pixels:
    """Resample the part of an RGB image that ``visible_box`` names, in one step.

    Args:
        image: An upright RGB image of any size.
        size: The side of the square that the model sees, in pixels.

    Returns:
        ``uint8 (size, size, 3)``.
    """
    (width, height), (left, top, right, bottom) = image.size, visible_box(*image.size)
    box = (left * width, top * height, right * width, bottom * height)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0), dtype=np.uint8)


def visible_box(width: int, height: int) -> Box:
    """Return the part of an image that the model sees.

    The box lies between the whole image and its largest centred square: its longer side is the geometric mean of theirs. What is
    near the edges of a wide image stays visible, and nothing is squeezed by more than the square root of the aspect ratio.

    Args:
        width: The width of the upright image in pixels.
        height: Its height in pixels.

    Returns:
        Left, top, right and bottom, as fractions of width and height from 0 to 1.
    """
    share = float(np.sqrt(min(width, height) / max(width, height)))  # of the longer side
    start, end = (1 - share) / 2, (1 + share) / 2
    return (start, 0.0, end, 1.0) if width > height else (0.0, start, 1.0, end)
