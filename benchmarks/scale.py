"""Measure collections of up to a million images: opening, memory, the work of a page, recall and counts.

The collections are synthetic. An image mixes the vectors of two bundled images, with noise, and varies their labels, categories and
captions. All share a hundred small thumbnails. ``make`` writes a collection, and ``measure`` prints the figures of one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.scale_data import write_synthetic
from benchmarks.table import print_table

SIZES = (10_000, 100_000)


def folder_of(parent: Path, count: int) -> Path:
    """Return the folder of the collection of ``count`` images."""
    return parent / f"scale-{count}"


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="where the collections are written. A million images need 4 GB")
    options.add_argument("--count", type=int, action="append", help="the numbers of images, by default 10,000 and 100,000")
    options.add_argument("--queries", type=int, default=30)
    arguments = options.parse_args()
    for count in arguments.count or SIZES:
        folder = folder_of(arguments.folder, count)
        if not (folder / "manifest.json").is_file():
            rows = [[name, f"{cpu:.1f}", f"{wall:.1f}"] for name, cpu, wall in write_synthetic(folder, count)]
            print_table(f"Writing {count:,} images", ["step", "CPU s", "s"], rows)
        command = [sys.executable, "-m", "benchmarks.scale_measures", str(folder), "--queries", str(arguments.queries)]
        subprocess.run(command, check=True)  # in a process of its own, for its memory


if __name__ == "__main__":
    main()
