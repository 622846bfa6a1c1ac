"""Measure what it costs to add images to a large collection, in comparison with writing all of it, in the same run.

Only writing is measured. The vectors are given, as in ``benchmarks.scale``.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from benchmarks.scale_data import BLOCK, batches
from benchmarks.table import print_table
from devise_core import Engine, load_engine
from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.segment_writer import SegmentWriter


def measured(writer: StoreWriter, images: Iterator[ImageBatch]) -> tuple[float, float, float]:
    """Write images. Return the CPU seconds, the seconds, and the megabytes that were written."""
    cpu = wall = megabytes = 0.0

    def call(work: Callable[[], object]) -> None:
        nonlocal cpu, wall, megabytes
        before = time.process_time(), time.perf_counter(), _written()
        work()
        cpu += time.process_time() - before[0]
        wall += time.perf_counter() - before[1]
        megabytes += _written() - before[2]

    for batch in images:
        call(lambda batch=batch: writer.put(batch))  # type: ignore[misc]
    call(writer.seal)
    return cpu, wall, megabytes


def _written() -> float:
    """Return how many megabytes this process has written, mapped files included, or NaN if the system does not report it."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return float("nan")
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1]) / (1 << 20)


def run(engine: Engine, folder: Path, count: int, added: int, times: int) -> None:
    """Write ``count`` images, add ``added`` several times, and print what each took."""
    shutil.rmtree(folder, ignore_errors=True)
    images = chain.from_iterable(_split(batch, added) for batch in batches(engine, count + added * times))
    with FolderWriter(folder, engine.model_id, "a benchmark", engine.parts) as whole:
        first = measured(whole, (next(images) for _ in range(count // added)))
    rows = [[f"write {count:,}", *(f"{value:,.1f}" for value in first), "", ""]]
    for number in range(times):
        with SegmentWriter(folder, "a benchmark", engine.parts) as writer:
            cost = measured(writer, iter([next(images)]))
        shares = [f"{100 * cost[0] / first[0]:.2f}%", f"{100 * cost[2] / first[2]:.2f}%"]
        rows.append([f"add {added:,} (run {number + 1})", *(f"{value:,.1f}" for value in cost), *shares])
    print_table(f"{count:,} images", ["step", "CPU s", "s", "MB written", "CPU", "MB"], rows)


def _split(batch: ImageBatch, size: int) -> Iterator[ImageBatch]:
    for start in range(0, len(batch.items), size):
        rows = slice(start, start + size)
        parts = batch.items[rows], batch.features[rows], batch.embeddings[rows], batch.thumbnails[rows], batch.keys[rows]
        yield ImageBatch(*parts)


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="where the collection is written. A million images need 8 GB during the run")
    options.add_argument("--count", type=int, action="append", help="the numbers of images, by default 100,000")
    options.add_argument("--added", type=int, default=1_000, help=f"how many to add, a divisor of {BLOCK:,}")
    options.add_argument("--times", type=int, default=3, help="how often")
    arguments = options.parse_args()
    engine = load_engine()
    for count in arguments.count or [100_000]:
        run(engine, arguments.folder / f"append-{count}", count, arguments.added, arguments.times)


if __name__ == "__main__":
    main()
