"""Compare training on 900 images and embedding 1000 with the notebook that this project starts from ("the seed").

``seedtrain`` implements the seed's procedure: VGG16 runs forward in each of 50 epochs, and ``predict`` is called per image. Where
the whole would take hours, a part is timed and scaled, and the table says so. The images are the bundled photographs or a data
set, because speed does not depend on their content. At the end, ``benchmarks.words`` compares how both open 400,000 × 300 words.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.speed import jpeg
from benchmarks.table import print_table
from devise_core import load_engine
from devise_core.storage.paths import REPOSITORY

CLASSES = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "table",
    "dog",
    "horse",
    "motorbike",
    "person",
    "plant",
    "sheep",
    "sofa",
    "train",
    "television",
)
PICTURES = 1000
RECIPE = ("--recipe", "own")


def make_pictures(folder: Path) -> None:
    """Write a thousand JPEG files of 500 × 375 pixels into twenty folders."""
    photos = load_engine(collection="photos").collection
    kinds = [jpeg(photos.picture(row)) for row in range(len(photos))]
    for number in range(PICTURES):
        target = folder / CLASSES[number % len(CLASSES)]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{number:04d}.jpg").write_bytes(kinds[number % len(kinds)])


def time_training(data: Path, out: Path) -> float:
    """Return the seconds that the ``train`` command takes in a new process."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "devise_core", "train", str(data), "--out", str(out), *RECIPE, "--no-cache"],
        check=True,
        capture_output=True,
        cwd=REPOSITORY,
    )
    return time.perf_counter() - began


def time_embedding(data: Path) -> float:
    """Return the seconds to embed all images with the model loaded."""
    engine, files = load_engine(), sorted(data.rglob("*.jpg"))
    engine.encoder.load()
    began = time.perf_counter()
    engine.embed_images(files)
    return (time.perf_counter() - began) * PICTURES / len(files)


def seed_results(data: Path, steps: int, pictures: int) -> dict[str, Any]:
    """Return the seed's seconds, from a new process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seedtrain", str(data), str(steps), str(pictures)],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--pictures", type=Path, help="a folder with one sub-folder per class (default: made from the bundled photos)"
    )
    options.add_argument("--steps", type=int, default=3, help="how many of the seed's 1450 training steps are timed")
    options.add_argument("--embed", type=int, default=30, help="how many of the 1000 images the seed embeds")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = chosen.pictures or Path(name) / "pictures"
        if chosen.pictures is None:
            make_pictures(data)
        training, embedding = time_training(data, Path(name) / "model"), time_embedding(data)
        shutil.rmtree(Path(name) / "model")
        seed = seed_results(data, chosen.steps, chosen.embed)
    rows = [
        [
            "train, from images to a model",
            f"{training:.0f} s",
            f"{seed['training']:,.0f} s, scaled from {chosen.steps} steps",
            f"{seed['training'] / training:.0f}",
            "≥ 100",
        ],
        [
            "embed 1000 images",
            f"{embedding:.1f} s",
            f"{seed['picture'] * PICTURES:.0f} s, scaled from {chosen.embed} images",
            f"{seed['picture'] * PICTURES / embedding:.0f}",
            "",
        ],
    ]
    print_table("Ours and the seed's procedure on this machine", ["step", "ours", "the seed", "ratio", "target"], rows)
    print(flush=True)
    words = ["-m", "benchmarks.words", "--words", "400000", "--dimension", "300"]
    subprocess.run([sys.executable, *words], check=True, cwd=REPOSITORY)


if __name__ == "__main__":
    main()
