"""Time one image through the model: the encoder's traced function, Keras's own calls, and VGG16's ``predict``.

The notebook that this project starts from calls VGG16 for every image. Its weights are random here,
which does not change the speed.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.table import median, milliseconds, print_table
from devise_core.backbones import load_backbone
from devise_core.storage.paths import ArtifactLayout, artifacts_folder
from devise_core.vision.image_encoder import KerasImageEncoder
from devise_core.vision.keras_file import load_model


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    path = ArtifactLayout(artifacts_folder()).model
    encoder, model, vgg16 = KerasImageEncoder(path), load_model(path), load_backbone("vgg16", "none").model
    encoder.load()
    pixels = np.random.default_rng(7).integers(0, 256, (1, encoder.size, encoder.size, 3), dtype=np.uint8)
    floats = pixels.astype(np.float32)
    calls = {
        "the encoder, a traced tf.function": lambda: encoder.encode_pixels(pixels),
        "model(x)": lambda: model(floats),
        "model.predict(x)": lambda: model.predict(floats, verbose=0),
        "VGG16's predict(x)": lambda: vgg16.predict(floats, verbose=0),
    }
    durations: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):  # interleaved, so that a slower phase of the machine affects all calls
        for name, call in calls.items():
            durations[name] += milliseconds(call, 3)
    base = median(durations["the encoder, a traced tf.function"])
    print_table(
        f"One image, p50 of {3 * rounds} calls each",
        ["call", "ms", "× the encoder's"],
        [[name, f"{median(times):.1f}", f"{median(times) / base:.1f}"] for name, times in durations.items()],
    )


if __name__ == "__main__":
    main()
