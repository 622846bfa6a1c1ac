"""Four views of a training picture, so that the head does not lean on how a picture is framed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from devise_core.vision.preprocess import Pixels, to_pixels

View = Callable[[Image.Image, int], Pixels]


def squashed(image: Image.Image, size: int) -> Pixels:
    """The whole picture, its aspect ratio lost: how the paper's and the seed's pictures were seen."""
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0), dtype=np.uint8)


def padded(image: Image.Image, size: int) -> Pixels:
    """The whole picture on white: as cut-outs and drawings stand."""
    return np.asarray(ImageOps.pad(image, (size, size), Image.Resampling.BICUBIC, color="white"), dtype=np.uint8)


def square(image: Image.Image, size: int) -> Pixels:
    """The largest square in the middle."""
    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC), dtype=np.uint8)


def mirrored(image: Image.Image, size: int) -> Pixels:
    return np.ascontiguousarray(to_pixels(image, size)[:, ::-1])


VIEWS: dict[str, View] = {"plain": to_pixels, "squashed": squashed, "padded": padded, "square": square, "mirrored": mirrored}
