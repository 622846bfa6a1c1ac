"""Train and embed as the notebook that this project starts from does: VGG16 is frozen in the model and runs forward in every epoch.

``benchmarks.seed`` runs this in another process, so it imports nothing of this project. The weights are random, which does not
change the speed. It times a few steps and scales them to the whole, because every step of an epoch costs the same.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SIZE, DIMENSION, BATCH, EPOCHS, TRAINED = 224, 300, 32, 50, 900


def devise() -> Any:
    """Return the model.

    VGG16 up to fc2, frozen → Dense 2000 → BatchNorm → ReLU → Dropout 0.5 → Dense 300 → BatchNorm; cosine loss, SGD.
    """
    import keras
    from keras import layers

    whole = keras.applications.VGG16(weights=None)
    whole.trainable = False
    x = layers.Dense(2000)(whole.get_layer("fc2").output)
    x = layers.Dropout(0.5)(layers.ReLU()(layers.BatchNormalization()(x)))
    model = keras.Model(whole.input, layers.BatchNormalization()(layers.Dense(DIMENSION)(x)))
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True), keras.losses.CosineSimilarity())
    return model


def pixels(file: Path) -> npt.NDArray[np.float32]:
    """Read an image as VGG16 expects it, of shape (224, 224, 3)."""
    import keras

    image = keras.utils.load_img(file, target_size=(SIZE, SIZE))
    return np.asarray(keras.applications.vgg16.preprocess_input(keras.utils.img_to_array(image)), dtype=np.float32)


def main(folder: str, steps: str, pictures: str) -> None:
    """Print the seconds of a step, of the training and of one image, as JSON."""
    files = sorted(Path(folder).rglob("*.jpg"))
    began = time.perf_counter()
    model = devise()
    built = time.perf_counter() - began
    began = time.perf_counter()
    batch = np.stack([pixels(file) for file in files[:BATCH]])
    read = (time.perf_counter() - began) / BATCH
    targets = np.random.default_rng(7).normal(size=(BATCH, DIMENSION)).astype(np.float32)
    model.train_on_batch(batch, targets)
    began = time.perf_counter()
    for _ in range(int(steps)):
        model.train_on_batch(batch, targets)
    step = (time.perf_counter() - began) / int(steps)
    model.predict(batch[:1], verbose=0)
    began = time.perf_counter()
    for file in files[: int(pictures)]:
        model.predict(pixels(file)[None], verbose=0)
    one = (time.perf_counter() - began) / int(pictures)
    training = built + TRAINED * read + EPOCHS * -(-TRAINED // BATCH) * step
    print(json.dumps({"step": step, "training": training, "picture": one}))


if __name__ == "__main__":
    main(*sys.argv[1:])
