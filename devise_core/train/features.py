"""The backbone's features of every training picture in every view: computed once, used in every epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

Network = Callable[[Pixels], Floats]


@dataclass
class Found:
    """``features`` ``(views, n, f)`` of the files at the places ``kept``, their SHA-256, and why others are ``skipped``."""

    features: Floats = field(default_factory=lambda: np.empty((0, 0, 0), np.float32))
    kept: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def view_features(model: keras.Model, files: Sequence[Path]) -> Floats:
    """``(views, n, f)`` for the ``features`` of a backbone of square input, in the order of ``VIEWS``."""
    from tqdm import tqdm

    size, call, parts = int(model.input_shape[1]), _network(model), []
    with tqdm(total=len(files), desc="features", unit="image") as bar:
        for batch in read_batches(files, lambda file: _views(file, list(VIEWS), size), BATCH):
            parts.append(np.stack([call(np.stack([pixels[view] for pixels in batch])) for view in VIEWS]))
            bar.update(len(batch))
    return np.concatenate(parts, axis=1)


def cached_features(model: keras.Model, files: Sequence[Path], views: Sequence[str], cache: FeatureCache) -> Found:
    """The same for some ``views``, computed where ``cache`` lacks them; pictures that cannot be read are passed over."""
    from tqdm import tqdm

    size, call, found, rows, place = int(model.input_shape[1]), _network(model), Found(), [], 0
    with tqdm(total=len(files), desc="features", unit="image") as bar:
        for batch in read_batches(files, lambda file: _read(file, views, size, cache), BATCH):
            computed = _computed(call, {image.key: image.pixels for image in batch if image.pixels}, views, size)
            cache.put(computed)
            for image in batch:
                if image.error:
                    found.skipped.append(f"{files[place]}: {image.error}")
                else:
                    features = image.cached or {view: computed[image.key, view] for view in views}
                    rows.append(np.stack([features[view] for view in views]))
                    found.kept.append(place)
                    found.keys.append(image.key)
                place += 1
            bar.update(len(batch))
    if rows:
        found.features = np.stack(rows, axis=1)
    return found


def _network(model: keras.Model) -> Network:
    import tensorflow as tf

    call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
    return lambda pixels: np.asarray(call(pixels).numpy(), dtype=np.float32)


@dataclass(frozen=True)
class _Image:
    """A file's SHA-256, and either the ``cached`` features of every view, the ``pixels`` of every view, or an ``error``."""

    key: str
    cached: dict[str, Floats] = field(default_factory=dict)
    pixels: dict[str, Pixels] = field(default_factory=dict)
    error: str = ""


def _read(file: Path, views: Sequence[str], size: int, cache: FeatureCache) -> _Image:
    key = _key(file)
    cached = {view: row for view in views if (row := cache.get((key, view))) is not None}
    if len(cached) == len(views):
        return _Image(key, cached)
    try:
        return _Image(key, pixels=_views(file, views, size))
    except ImageError as error:
        return _Image(key, error=str(error))


def _views(file: Path, views: Sequence[str], size: int) -> dict[str, Pixels]:
    """View → ``uint8 (size, size, 3)``. Raises ``ImageError``."""
    image = read_image(file, at_least=size)
    return {view: VIEWS[view](image, size) for view in views}


def _computed(
    call: Network, images: dict[str, dict[str, Pixels]], views: Sequence[str], size: int
) -> dict[tuple[str, str], Floats]:
    """Batches are filled up with black, so that an image's features do not depend on which others were in the cache."""
    fresh: dict[tuple[str, str], Floats] = {}
    for view in views if images else ():
        pixels = np.zeros((BATCH, size, size, 3), np.uint8)
        pixels[: len(images)] = [image[view] for image in images.values()]
        fresh |= {(key, view): row for key, row in zip(images, call(pixels), strict=False)}
    return fresh


def _key(file: Path) -> str:
    """Its SHA-256; "" where it cannot be opened, which reading it then explains."""
    try:
        return sha256_of(file)
    except OSError:
        return ""
