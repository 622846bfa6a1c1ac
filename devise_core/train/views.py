"""Views of a training image, so that the head does not depend on how an image is framed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from devise_core.vision.preprocess import Pixels, to_pixels

View = Callable[[Image.Image, int], Pixels]


def squashed(image: Image.Image, size: int) -> Pixels:
    """Return the whole image, squashed to a square as in the paper and the 2020 notebook."""
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0), dtype=np.uint8)


def padded(image: Image.Image, size: int) -> Pixels:
    """Return the whole image on a white square, as cut-outs and drawings often appear."""
    return np.asarray(ImageOps.pad(image, (size, size), Image.Resampling.BICUBIC, color="white"), dtype=np.uint8)


def square(image: Image.Image, size: int) -> Pixels:
    """Return the largest square in the middle."""
    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC), dtype=np.uint8)


def mirrored(image: Image.Image, size: int) -> Pixels:
    """Return the plain view, mirrored."""
    return np.ascontiguousarray(to_pixels(image, size)[:, ::-1])


VIEWS: dict[str, View] = {"plain": to_pixels, "squashed": squashed, "padded": padded, "square": square, "mirrored": mirrored}
