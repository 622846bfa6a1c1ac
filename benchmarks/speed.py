"""Measure time and memory of the engine: medians with the bundled model, on JPEG files made from the bundled photos."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks.table import median, milliseconds, print_table
from devise_core import Engine, load_engine
from devise_core.storage.paths import REPOSITORY
from devise_core.vision.image_reader import read_image
from devise_core.vision.image_sources import ImageInput

QUERIES = (
    "violin",
    "musical instrument",
    "bird near water",
    "something to eat",
    "castle",
    "a red fast car",
    "avian",
    "horse jockey",
)
PICTURES = 500
MEMORY = """
import os
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
from devise_core import load_engine
engine = load_engine()
for query in {queries!r}:
    engine.search_text(query, k=12)
text = resident()
engine.label_image({picture!r}, k=5)
print(text, resident())
"""


def jpeg(picture: ImageInput) -> bytes:
    """Return a bundled photo as a JPEG file of 500 × 375 pixels, as the web or a camera has it."""
    buffer = io.BytesIO()
    read_image(picture).resize((500, 375), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def text_search(engine: Engine) -> float:
    """Return the milliseconds of a text search."""
    return median([duration for query in QUERIES for duration in milliseconds(partial(engine.search_text, query, k=12), 25)])


def label(engine: Engine, pictures: list[bytes]) -> float:
    """Return the milliseconds of labelling an image."""
    return median([duration for data in pictures[:20] for duration in milliseconds(partial(engine.label_image, data, k=5), 5)])


def images_per_second(engine: Engine, pictures: list[bytes], folder: Path) -> float:
    """Return how many image files the engine embeds per second, decoding included."""
    files = [folder / f"{number}.jpg" for number in range(PICTURES)]
    for number, file in enumerate(files):
        file.write_bytes(pictures[number % len(pictures)])
    rates = []
    for _ in range(4):
        began = time.perf_counter()
        engine.embed_images(files)
        rates.append(PICTURES / (time.perf_counter() - began))
    return median(rates[1:])


def memory(picture: Path) -> tuple[float, float]:
    """Return the resident megabytes of a new process: after text searches, and after it also labelled an image."""
    code = MEMORY.format(queries=QUERIES, picture=str(picture))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    text, labelled = done.stdout.split()
    return float(text), float(labelled)


def main() -> None:
    """Run the benchmark and print its tables."""
    engine = load_engine()
    photos = engine.on("photos").collection
    pictures = [jpeg(photos.picture(row)) for row in range(len(photos))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        search, labelling, rate = text_search(engine), label(engine, pictures), images_per_second(engine, pictures, folder)
        rows = [
            ["text search in the engine", f"{search:.2f} ms", "≤ 2 ms"],
            ["label a 500×375 JPEG from bytes, warm", f"{labelling:.1f} ms", "≤ 35 ms"],
            [f"embed a folder of {PICTURES}, decoding included", f"{rate:.0f} images/s", "≥ 90/s"],
        ]
        text, labelled = memory(folder / "0.jpg") if Path("/proc/self/statm").exists() else (0.0, 0.0)
    rows += [
        ["resident memory after text searches", f"{text:.0f} MB", "≤ 350 MB"],
        ["resident memory after labelling", f"{labelled:.0f} MB", "≤ 1000 MB"],
    ]
    print_table(f"Medians on {engine.collection.name} ({len(engine.collection)} images)", ["what", "measured", "target"], rows)


if __name__ == "__main__":
    main()
