"""Resample an RGB image to the square of pixels that the model sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

VERSION = 1
"""Raise this number with any change to the pixels that ``to_pixels`` returns, because vectors from before and after the change
cannot be compared."""

Pixels = npt.NDArray[np.uint8]
"""RGB pixels, ``uint8 (…, size, size, 3)``."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom as fractions of an image's width and height."""


def to_pixels(image: Image.Image, size: int = 224) -> Pixels:
    """Resample the part of an RGB image that ``visible_box`` returns, in one step.

    Args:
        image: An upright RGB image of any size.
        size: The side, in pixels, of the square that the model sees.

    Returns:
        ``uint8 (size, size, 3)``.
    """
    (width, height), (left, top, right, bottom) = image.size, visible_box(*image.size)
    box = (left * width, top * height, right * width, bottom * height)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0), dtype=np.uint8)


def visible_box(width: int, height: int) -> Box:
    """Return the part of an image that the model sees.

    The box is centred. Its shorter side is that of the image, and its longer side is the geometric mean of both sides of the image.
    So most of a wide image stays visible, and nothing is squeezed by more than the square root of the aspect ratio.

    Args:
        width: The width of the upright image in pixels.
        height: The height of the upright image in pixels.

    Returns:
        Left, top, right and bottom, as fractions (0 to 1) of the width and the height.
    """
    share = float(np.sqrt(min(width, height) / max(width, height)))  # the visible share of the longer side
    start, end = (1 - share) / 2, (1 + share) / 2
    return (start, 0.0, end, 1.0) if width > height else (0.0, start, 1.0, end)
