"""The whole way of the work this project starts from, beside ours in one run: train on 900 pictures, embed 1000.

Theirs is written afresh (``seedtrain``): VGG16 forward in each of 50 epochs, one ``predict`` a picture. Where the whole would take
hours a part is timed and scaled, and the table says so. The 1000 pictures are made of the bundled photos, or are a data set's:
speed does not depend on what they show. Last, how both open 400,000 × 300 words, by ``benchmarks.words``.
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
    """A thousand JPEGs of 500 × 375 in twenty folders."""
    photos = load_engine(collection="photos").collection
    kinds = [jpeg(photos.picture(row)) for row in range(len(photos))]
    for number in range(PICTURES):
        target = folder / CLASSES[number % len(CLASSES)]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{number:04d}.jpg").write_bytes(kinds[number % len(kinds)])


def trained(data: Path, out: Path) -> float:
    """Seconds from pictures to a model's folder, by our command in a new process."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "devise_core", "train", str(data), "--out", str(out), *RECIPE, "--no-cache"],
        check=True,
        capture_output=True,
        cwd=REPOSITORY,
    )
    return time.perf_counter() - began


def embedded(data: Path) -> float:
    """Seconds to embed all pictures, the network loaded."""
    engine, files = load_engine(), sorted(data.rglob("*.jpg"))
    engine.encoder.load()
    began = time.perf_counter()
    engine.embed_images(files)
    return (time.perf_counter() - began) * PICTURES / len(files)


def theirs(data: Path, steps: int, pictures: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seedtrain", str(data), str(steps), str(pictures)],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path, help="a folder with one sub-folder a class (default: made of the bundled photos)")
    options.add_argument("--steps", type=int, default=3, help="training steps of theirs that are timed, out of 1450")
    options.add_argument("--embed", type=int, default=30, help="pictures of theirs that are embedded, out of 1000")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = asked.pictures or Path(name) / "pictures"
        if asked.pictures is None:
            make_pictures(data)
        training, embedding = trained(data, Path(name) / "model"), embedded(data)
        shutil.rmtree(Path(name) / "model")
        seed = theirs(data, asked.steps, asked.embed)
    rows = [
        [
            "train, from pictures to a model",
            f"{training:.0f} s",
            f"{seed['training']:,.0f} s, scaled from {asked.steps} steps",
            f"{seed['training'] / training:.0f}",
            "≥ 100",
        ],
        [
            "embed 1000 pictures",
            f"{embedding:.1f} s",
            f"{seed['picture'] * PICTURES:.0f} s, scaled from {asked.embed} pictures",
            f"{seed['picture'] * PICTURES / embedding:.0f}",
            "",
        ],
    ]
    print_table("Ours beside the seed's procedure, on this machine", ["what", "ours", "the seed's", "ratio", "wanted"], rows)
    print(flush=True)
    words = ["-m", "benchmarks.words", "--words", "400000", "--dimension", "300"]
    subprocess.run([sys.executable, *words], check=True, cwd=REPOSITORY)


if __name__ == "__main__":
    main()
