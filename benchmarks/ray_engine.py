"""Compare ``index --engine ray`` with plain ``index``, in images per second of processor time.

Only the difference between a small and a large run counts, so that what happens once per run is not included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.camera_folder import write_camera_folder
from benchmarks.indexing import embed
from benchmarks.table import print_table
from devise_core import load_engine
from devise_core.distributed.image_list import list_images
from devise_core.distributed.ray_engine import RayEngine
from devise_core.distributed.shards import ShardStore
from devise_core.vision.image_encoder import ImageEncoder

_TICKS = os.sysconf("SC_CLK_TCK")


def processes() -> Iterator[tuple[int, float, str]]:
    """Yield this process and all that it has started, directly or not: the id, the CPU seconds and the command."""
    parents, facts = dict[int, int](), dict[int, tuple[float, str]]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        parents[int(folder.name)], facts[int(folder.name)] = int(stat[1]), ((int(stat[11]) + int(stat[12])) / _TICKS, command)
    for process, each in facts.items():
        ancestor = process
        while ancestor not in (0, os.getpid()):
            ancestor = parents.get(ancestor, 0)
        if ancestor:
            yield process, *each


def embed_with_ray(source: Path, shards: Path, encoder: ImageEncoder) -> float:
    """Embed a folder on Ray. Return the CPU seconds of all processes until the last image was embedded."""
    store, used = ShardStore(shards, encoder.model_id), 0.0
    began = sum(cpu for _, cpu, _ in processes())
    for table in RayEngine().embedded(list_images(str(source)).images, encoder):
        store.write(table)
        used = sum(cpu for _, cpu, _ in processes()) - began
    return used


def compare(folder: Path, few: int, many: int) -> None:
    """Print the images per second of processor time."""
    encoder = load_engine().encoder
    sources = [write_camera_folder(folder / f"{count}", count) for count in (few, many)]
    on_ray = [embed_with_ray(source, folder / f"shards-{source.name}", encoder) for source in sources]
    encoder.load()
    plain = [embed(source, f"plain-{source.name}", encoder) for source in sources]
    speeds = {name: (many - few) / (large - small) for name, (small, large) in (("index", plain), ("index --engine ray", on_ray))}
    rows = [[name, f"{speed:.1f}", f"{speed / speeds['index']:.2f}"] for name, speed in speeds.items()]
    print_table(f"{many - few} images", ["command", "images per CPU s", "ratio"], rows)


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--few", type=int, default=128)
    options.add_argument("--many", type=int, default=640)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEMBLANCE_COLLECTIONS"] = f"{folder}/collections"
        compare(Path(folder), arguments.few, arguments.many)


if __name__ == "__main__":
    main()
