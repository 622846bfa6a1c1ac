"""The backbone's features of every training image in every view (see ``views.py``), computed once and used in every epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from devise_core.errors import ImageError
from devise_core.storage.manifest import sha256_of
from devise_core.train.cache import FeatureCache
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.image_encoder import BATCH
from devise_core.vision.image_reader import read_image
from devise_core.vision.preprocess import Pixels

if TYPE_CHECKING:
    import keras

FeatureFunction = Callable[[Pixels], Floats]
"""Pixels ``uint8 (n, size, size, 3)`` → features ``(n, f)``."""


@dataclass
class ViewFeatures:
    """The features of image files.

    Attributes:
        features: The features of the ``n`` files that could be read, ``(views, n, f)``.
        kept: The positions of these ``n`` files in the list of all files.
        keys: The SHA-256 of each of these ``n`` files.
        skipped: For each of the remaining files, why the file could not be read.
    """

    features: Floats = field(default_factory=lambda: np.empty((0, 0, 0), np.float32))
    kept: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def view_features(model: keras.Model, files: Sequence[Path]) -> Floats:
    """Return the features of ``files`` in all ``VIEWS``.

    Args:
        model: A backbone with a square input.
        files: The image files.

    Returns:
        ``(views, n, f)``.

    Raises:
        ImageError: A file cannot be read.
    """
    from tqdm import tqdm

    size, call, parts = int(model.input_shape[1]), feature_function(model), []
    with tqdm(total=len(files), desc="features", unit="image") as bar:
        for batch in read_batches(files, lambda file: _views(file, list(VIEWS), size), BATCH):
            parts.append(np.stack([call(np.stack([pixels[view] for pixels in batch])) for view in VIEWS]))
            bar.update(len(batch))
    return np.concatenate(parts, axis=1)


def cached_features(model: keras.Model, files: Sequence[Path], views: Sequence[str], cache: FeatureCache) -> ViewFeatures:
    """Return the features of ``files`` in the given views, and compute only those that are not in the cache.

    Args:
        model: A backbone with a square input.
        files: The image files. Those that cannot be read are skipped.
        views: The names of the views, from ``VIEWS``.
        cache: The features of earlier runs. New features are added.
    """
    from tqdm import tqdm

    size, call, rows, place = int(model.input_shape[1]), feature_function(model), [], 0
    result = ViewFeatures()
    with tqdm(total=len(files), desc="features", unit="image") as bar:
        for batch in read_batches(files, lambda file: _read(file, views, size, cache), BATCH):
            computed = _computed(call, {image.key: image.pixels for image in batch if image.pixels}, views, size)
            cache.put(computed)
            for image in batch:
                if image.error:
                    result.skipped.append(f"{files[place]}: {image.error}")
                else:
                    features = image.cached or {view: computed[image.key, view] for view in views}
                    rows.append(np.stack([features[view] for view in views]))
                    result.kept.append(place)
                    result.keys.append(image.key)
                place += 1
            bar.update(len(batch))
    if rows:
        result.features = np.stack(rows, axis=1)
    return result


def feature_function(model: keras.Model) -> FeatureFunction:
    """Return a backbone as a traced function, which is several times faster than ``model.predict``."""
    import tensorflow as tf

    call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
    return lambda pixels: np.asarray(call(pixels).numpy(), dtype=np.float32)


@dataclass(frozen=True)
class _ImageViews:
    """The SHA-256 of a file, and one of these: ``cached`` features of every view, ``pixels`` of every view, or an ``error``."""

    key: str
    cached: Mapping[str, Floats] = field(default_factory=dict)
    pixels: Mapping[str, Pixels] = field(default_factory=dict)
    error: str = ""


def _read(file: Path, views: Sequence[str], size: int, cache: FeatureCache) -> _ImageViews:
    key = _key(file)
    cached = {view: row for view in views if (row := cache.get((key, view))) is not None}
    if len(cached) == len(views):
        return _ImageViews(key, cached)
    try:
        return _ImageViews(key, pixels=_views(file, views, size))
    except ImageError as error:
        return _ImageViews(key, error=str(error))


def _views(file: Path, views: Sequence[str], size: int) -> dict[str, Pixels]:
    """Return the pixels ``uint8 (size, size, 3)`` of each view by name. Raises ``ImageError`` if the file cannot be read."""
    image = read_image(file, at_least=size)
    return {view: VIEWS[view](image, size) for view in views}


def _computed(
    call: FeatureFunction, images: Mapping[str, Mapping[str, Pixels]], views: Sequence[str], size: int
) -> dict[tuple[str, str], Floats]:
    """Return the features of one batch of images, by key and view.

    The batch is padded with black images, so that the features of an image do not depend on the size of the batch.
    """
    computed: dict[tuple[str, str], Floats] = {}
    for view in views if images else ():
        pixels = np.zeros((BATCH, size, size, 3), np.uint8)
        pixels[: len(images)] = [image[view] for image in images.values()]
        computed |= {(key, view): row for key, row in zip(images, call(pixels), strict=False)}
    return computed


def _key(file: Path) -> str:
    """Return the SHA-256 of a file, or "" if it cannot be opened. Reading the image then reports why."""
    try:
        return sha256_of(file)
    except OSError:
        return ""
