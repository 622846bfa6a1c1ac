"""Measure how many images ``index`` reads, embeds and shrinks in a second of processor time, now and in the way used before.

Before, thumbnails were encoded with WebP's default method, and an image was decoded so that its shorter side was at least as
long as the longer side of a thumbnail. Both ways run in turn in one process, after a first run that loads the model.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.camera_folder import write_camera_folder
from benchmarks.table import median, print_table
from devise_core import load_engine
from devise_core.collections import indexing
from devise_core.collections.indexing import index_folder
from devise_core.vision import thumbnail
from devise_core.vision.image_encoder import ImageEncoder
from devise_core.vision.image_reader import read_image

NOW, BEFORE = "now", "before"
DEFAULT_METHOD = 4
"""The WebP method that Pillow uses if none is given."""


def choose(way: str, method: int) -> None:
    """Let ``index`` read images and write thumbnails in one of the two ways. ``method`` is the WebP method that is used now."""
    thumbnail.METHOD = method if way == NOW else DEFAULT_METHOD
    indexing.read_image = read_image if way == NOW else _read_larger  # type: ignore[assignment,attr-defined]


def _read_larger(file: Path, **_: int) -> Image.Image:
    return read_image(file, at_least=indexing.THUMBNAIL)


def embed(source: Path, name: str, encoder: ImageEncoder) -> float:
    """Index a folder. Return the CPU seconds until the last image was embedded."""
    began, end = time.process_time(), 0.0

    def progress(done: int, total: int) -> None:
        nonlocal end
        if done == total:
            end = time.process_time()

    index_folder(source, name, encoder, progress)
    return end - began


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=256)
    options.add_argument("--rounds", type=int, default=3)
    arguments = options.parse_args()
    encoder, method = load_engine().encoder, thumbnail.METHOD
    seconds: dict[str, list[float]] = {BEFORE: [], NOW: []}
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEMBLANCE_COLLECTIONS"] = f"{folder}/collections"
        source = write_camera_folder(Path(folder) / "source", arguments.count)
        embed(source, "warm", encoder)
        for number in range(arguments.rounds):
            for way, taken in seconds.items():
                choose(way, method)
                name = f"{way}-{number}"
                taken.append(embed(source, name, encoder))
                images = Path(folder) / "collections" / name / "images"
                sizes[way] = sum(file.stat().st_size for file in images.iterdir()) // arguments.count
    before = median(seconds[BEFORE])
    rows = [
        [way, f"{arguments.count / median(taken):.1f}", f"{before / median(taken):.2f}", f"{sizes[way]:,}"]
        for way, taken in seconds.items()
    ]
    print_table(f"{arguments.count} images", ["way", "images per CPU s", "ratio", "bytes of a thumbnail"], rows)


if __name__ == "__main__":
    main()
