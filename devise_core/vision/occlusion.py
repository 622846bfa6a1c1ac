"""Why a picture matches: the cosine it loses as one region of it after another is blurred (Zeiler & Fergus, 2014).

Regions are blurred in the pixels, so the map is that of the whole network, and of any. Ways that read the last grid alone cost a
tenth and agree a third as well with occlusion at more places: ``python -m benchmarks.heat`` measures them. What the network says of
each version does not depend on the text: one batch serves every question about a picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from devise_core.vectors import Floats
from devise_core.vision.image_encoder import ImageEncoder
from devise_core.vision.image_reader import ImageInput, read_image
from devise_core.vision.preprocess import Box, Pixels, to_pixels, visible_box

SHORT, LONG = 5, 6
"""Regions down and across: with the picture itself 31 versions, which fill the encoder's batch."""
PATCH = 2 / 7
"""A region's side as a part of the network's square: neighbours overlap."""
BLUR = 3 / 28
"""The blur's radius as a part of that side: what is in a region can no longer be told, and no edge is drawn."""
LEAST = 0.02
"""A smaller loss is noise: under it a blurred and a grey patch put the peak in one place every second time only, over it in 7 cases
of 10 (100 bundled pictures × 7 texts)."""


@dataclass(frozen=True)
class Heat:
    """Where in a picture its ``cosine`` with ``text`` comes from.

    ``grid`` ``(rows, columns)``: the loss of cosine without each region; 1 where it is largest, 0 where there is none.
    ``lost``: the largest, in units of cosine. ``box``: the part of the picture that ``grid`` covers (``preprocess.visible_box``).
    """

    text: str
    cosine: float
    lost: float
    grid: Floats
    box: Box

    @property
    def decides(self) -> bool:
        """Whether some region matters more than noise."""
        return self.lost >= LEAST


@dataclass(frozen=True)
class Regions:
    """Unit embeddings of a picture, ``whole`` ``(d,)``, and of it with each region blurred, ``without`` ``(rows, columns, d)``."""

    whole: Floats
    without: Floats
    box: Box

    def heat(self, vector: Floats, text: str) -> Heat:
        """The map for a unit ``vector`` ``(d,)``, which is that of ``text``."""
        losses = self.whole @ vector - self.without @ vector  # (rows, columns)
        most = float(losses.max())
        grid = np.clip(losses / most, 0, 1) if most > 0 else np.zeros_like(losses)
        return Heat(text, float(self.whole @ vector), max(most, 0.0), np.asarray(grid, dtype=np.float32), self.box)


def regions(image: ImageInput, encoder: ImageEncoder) -> Regions:
    """One batch through the network. Raises ``ImageError``."""
    picture = read_image(image, at_least=encoder.size)
    pixels = to_pixels(picture, encoder.size)
    rows, columns = (SHORT, LONG) if picture.width >= picture.height else (LONG, SHORT)
    found = encoder.encode_pixels(np.concatenate([pixels[None], blurred(pixels, rows, columns)])).embeddings
    return Regions(found[0], found[1:].reshape(rows, columns, -1), visible_box(*picture.size))


def blurred(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """``(size, size, 3)`` → ``(rows · columns, size, size, 3)``: each has the region around another cell's middle blurred."""
    size = len(pixels)
    soft = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(BLUR * size)))
    versions = np.repeat(pixels[None], rows * columns, axis=0)
    for cell, version in enumerate(versions):
        down, across = _reach(cell // columns, rows, size), _reach(cell % columns, columns, size)
        version[down, across] = soft[down, across]
    return versions


def _reach(cell: int, cells: int, size: int) -> slice:
    middle, half = (cell + 0.5) * size / cells, PATCH * size / 2
    return slice(max(0, round(middle - half)), min(size, round(middle + half)))
