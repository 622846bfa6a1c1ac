"""An RGB image → the square of pixels the network sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]


def to_pixels(image: Image.Image, size: int = 224) -> Pixels:
    """Resample ``image`` to ``uint8 (size, size, 3)``, in one step from a box in its middle.

    The box goes half of the way, in proportion, from the whole picture to its largest square: what stands at the edges
    of a wide picture is kept, and nothing is squeezed by more than the square root of the aspect ratio.
    """
    width, height = image.size
    short = min(width, height)
    long = float(np.sqrt(short * max(width, height)))
    box_width, box_height = (long, short) if width > height else (short, long)
    left, top = (width - box_width) / 2, (height - box_height) / 2
    box = (left, top, left + box_width, top + box_height)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC, box, reducing_gap=3.0), dtype=np.uint8)
