"""The backbone's features of every training picture in every view: computed once, used in every epoch."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from devise_core.encoder import BATCH, READERS
from devise_core.images import read_image
from devise_core.train.views import VIEWS
from devise_core.vectors import Floats

if TYPE_CHECKING:
    import keras


def view_features(model: keras.Model, files: Sequence[Path]) -> Floats:
    """``(views, n, f)`` for the ``features`` of a backbone of square input, in the order of ``VIEWS``."""
    import tensorflow as tf
    from tqdm import tqdm

    size = int(model.input_shape[1])
    call = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32), training=False), reduce_retracing=True)
    parts = []
    with ThreadPoolExecutor(READERS) as readers:
        for start in tqdm(range(0, len(files), BATCH), "features", unit="batch"):
            images = list(readers.map(lambda file: read_image(file, at_least=size), files[start:start + BATCH]))
            views = [np.stack([view(image, size) for image in images]) for view in VIEWS.values()]
            parts.append(np.stack([call(pixels).numpy() for pixels in views]))
    return np.concatenate(parts, axis=1)
