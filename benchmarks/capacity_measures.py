"""Measure what ``benchmarks.capacity`` needs and other benchmarks do not: indexing an image, and its thumbnail."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.speed import jpeg
from benchmarks.table import print_table
from devise_core import load_engine
from devise_core.storage.paths import REPOSITORY

FEW, IMAGES = 100, 400
"""The second folder has 300 more images. The difference is what they take, without starting and loading the model."""
RUNTIMES = ("onnx", "keras")


def write_photos(folder: Path, count: int) -> None:
    """Write different JPEG files of 500 × 375, made from the bundled photos."""
    collection = load_engine().on("photos").collection
    rng = np.random.default_rng(7)
    for number in range(count):
        content = folder / f"{number}.jpg"
        content.write_bytes(jpeg(collection.picture(number % len(collection))))
        with Image.open(content) as image:
            pixels = np.asarray(image, np.int16) + rng.integers(-3, 4, (375, 500, 3), np.int16)
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(content, quality=90)


def index(photos: Path, collections: Path, runtime: str) -> float:
    """Index a folder in a process of its own. Returns the seconds of CPU that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "SEMBLANCE_COLLECTIONS": str(collections), "SEMBLANCE_RUNTIME": runtime}
    command = [sys.executable, "-m", "devise_core", "index", str(photos), "--name", "capacity"]
    subprocess.run(command, check=True, cwd=REPOSITORY, env=environment, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def computing(photos: Path, collections: Path, runtime: str) -> float:
    """Return the seconds of CPU that the vectors and thumbnails of a folder take.

    A second run finds them on disk and only writes, so its time is subtracted.
    """
    first, second = (index(photos, collections, runtime) for _ in range(2))
    return first - second


def measure() -> None:
    """Index a few photos and many with each runtime, and print the figures for one image."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folders = {count: Path(name) / str(count) for count in (FEW, IMAGES)}
        for count, folder in folders.items():
            folder.mkdir()
            write_photos(folder, count)
        for runtime in RUNTIMES:
            few, many = (computing(folder, Path(name) / f"{runtime}-{count}", runtime) for count, folder in folders.items())
            milliseconds = 1000 * (many - few) / (IMAGES - FEW)
            rows.append([f"decode, embed and shrink an image with {runtime}, CPU ms", f"{milliseconds:.1f}"])
        sizes = [file.stat().st_size for file in (Path(name) / f"{RUNTIMES[0]}-{IMAGES}/capacity/images").rglob("*.webp")]
        rows.append(["bytes of a thumbnail", f"{np.mean(sizes):,.0f}"])
    print_table(f"{IMAGES} JPEG files of 500 × 375", ["what", "measured"], rows)
