"""Views of a training image: the same image, framed in different ways.

Training on several views makes the head (``train/head.py``) depend less on how an image is framed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from devise_core.vision.preprocess import Pixels, to_pixels

View = Callable[[Image.Image, int], Pixels]


def squashed(image: Image.Image, size: int) -> Pixels:
    """Return the whole image, squashed to a square. The DeViSE paper and the 2020 notebook do the same."""
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0), dtype=np.uint8)


def padded(image: Image.Image, size: int) -> Pixels:
    """Return the whole image on a white square, as cut-outs and drawings often appear."""
    return np.asarray(ImageOps.pad(image, (size, size), Image.Resampling.BICUBIC, color="white"), dtype=np.uint8)


def square(image: Image.Image, size: int) -> Pixels:
    """Return the largest square in the middle of the image."""
    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC), dtype=np.uint8)


def mirrored(image: Image.Image, size: int) -> Pixels:
    """Return the view of ``to_pixels``, mirrored left to right."""
    return np.ascontiguousarray(to_pixels(image, size)[:, ::-1])


VIEWS: dict[str, View] = {"plain": to_pixels, "squashed": squashed, "padded": padded, "square": square, "mirrored": mirrored}
