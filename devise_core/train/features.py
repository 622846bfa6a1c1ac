"""The backbone's features of every training picture in every view: computed once, used in every epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from devise_core.errors import ImageError
from devise_core.storage.manifest import sha256_of
from devise_core.train.cache import FeatureCache
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats
from devise_core.vision.batch_reader import READERS
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
    with ThreadPoolExecutor(READERS) as readers:
        for start in tqdm(range(0, len(files), BATCH), "features", unit="batch"):
            images = list(readers.map(lambda file: read_image(file, at_least=size), files[start : start + BATCH]))
            views = [np.stack([view(image, size) for image in images]) for view in VIEWS.values()]
            parts.append(np.stack([call(pixels) for pixels in views]))
    return np.concatenate(parts, axis=1)


def cached_features(model: keras.Model, files: Sequence[Path], views: Sequence[str], cache: FeatureCache) -> Found:
    """The same for some ``views``, computed where ``cache`` lacks them; pictures that cannot be read are passed over."""
    from tqdm import tqdm

    size, call, found, rows = int(model.input_shape[1]), _network(model), Found(), []
    with ThreadPoolExecutor(READERS) as readers, tqdm(total=len(files), desc="features", unit="picture") as bar:
        for start in range(0, len(files), BATCH):
            part = files[start : start + BATCH]
            keys = list(readers.map(_key, part))
            known = {(key, view): row for key in keys for view in views if (row := cache.get(key, view)) is not None}
            lacking = [place for place, key in enumerate(keys) if any((key, view) not in known for view in views)]
            images = dict(zip(lacking, readers.map(lambda place, part=part: _image(part[place], size), lacking), strict=True))
            read = {keys[place]: image for place, image in images.items() if not isinstance(image, str)}
            fresh = _computed(call, read, views, size)
            cache.put(fresh)
            known |= fresh
            for place, key in enumerate(keys):
                if isinstance(reason := images.get(place), str):
                    found.skipped.append(f"{part[place]}: {reason}")
                    continue
                rows.append(np.stack([known[key, view] for view in views]))
                found.kept.append(start + place)
                found.keys.append(key)
            bar.update(len(part))
    if rows:
        found.features = np.stack(rows, axis=1)
    return found


def _network(model: keras.Model) -> Network:
    import tensorflow as tf

    call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
    return lambda pixels: np.asarray(call(pixels).numpy(), dtype=np.float32)


def _computed(call: Network, images: dict[str, Image.Image], views: Sequence[str], size: int) -> dict[tuple[str, str], Floats]:
    """Batches are filled up with black, so that a picture's features do not depend on which others were in the cache."""
    fresh: dict[tuple[str, str], Floats] = {}
    for view in views if images else ():
        pixels = np.zeros((BATCH, size, size, 3), np.uint8)
        pixels[: len(images)] = [VIEWS[view](image, size) for image in images.values()]
        fresh |= {(key, view): row for key, row in zip(images, call(pixels), strict=False)}
    return fresh


def _key(file: Path) -> str:
    """Its SHA-256; "" where it cannot be opened, which reading it then explains."""
    try:
        return sha256_of(file)
    except OSError:
        return ""


def _image(file: Path, size: int) -> Image.Image | str:
    """The picture, or why it cannot be read."""
    try:
        return read_image(file, at_least=size)
    except ImageError as error:
        return str(error)
