"""Kill processes of ``index --engine ray`` at random moments. After the next run, the collection must have each image once.

A worker is a process that embeds images. Ray starts another one, so the same run completes. The driver is the process of the
command. It is killed anywhere between its start and its end, and the command runs again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchmarks.camera_folder import write_camera_folder
from benchmarks.ray_engine import processes
from benchmarks.table import print_table
from devise_core.collections.folder import FolderCollection
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.datatypes import Item
from devise_core.distributed.ray_engine import RayEngine
from devise_core.distributed.ray_indexing import index_with_ray
from devise_core.storage.paths import REPOSITORY, user_collections
from devise_core.vectors import unit
from devise_core.vision.image_encoder import Encoded, ImageEncoder
from devise_core.vision.preprocess import Pixels

SEED, COUNT = 7, 1_000
FIRST, LAST = 2.0, 9.0
"""The least and the most seconds from the start of the command until it is killed. Ray takes most of the first three to start."""


class MeanColour(ImageEncoder):
    """Takes little time, so that many runs can be interrupted."""

    model_id, size, ready = "mean colour", 8, True

    def load(self) -> None:
        """Do nothing."""

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """Return the mean colours."""
        colours = pixels.mean(axis=(1, 2), dtype=np.float32) + 1
        return Encoded(colours, unit(colours))


def write(source: Path, name: str, milvus: bool = False) -> None:
    """Make the collection ``name`` in a folder, or in the Milvus server of the settings."""
    store = MilvusWriter(name, MeanColour.model_id) if milvus else None
    index_with_ray(RayEngine(), str(source), name, MeanColour(), store=store)


def write_command(source: Path, name: str, *options: str) -> list[str]:
    """Return the command that does what ``write`` does, in a process of its own."""
    return [sys.executable, "-m", "benchmarks.ray_killed", "--write", str(source), name, *options]


def kill_worker(source: Path, name: str, generator: random.Random) -> bool:
    """Kill a worker while the collection is made. Return whether there was one to kill."""
    over, wait = threading.Event(), generator.uniform(0.01, 0.3)
    killed = list[int]()

    def kill() -> None:
        while not over.wait(wait) and not killed:
            if actors := [process for process, _, command in processes() if command.startswith("ray::EmbeddingActor")]:
                os.kill(actors[-1], signal.SIGKILL)
                killed.append(actors[-1])

    thread = threading.Thread(target=kill)
    thread.start()
    write(source, name)
    over.set()
    thread.join()
    return bool(killed)


def kill_driver(source: Path, name: str, generator: random.Random) -> bool:
    """Kill the command, and run it again. Return whether it was still running when it was to be killed."""
    command = write_command(source, name)
    run = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        run.wait(generator.uniform(FIRST, LAST))
    run.kill()
    killed = run.wait() == -signal.SIGKILL
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return killed


KINDS: dict[str, Callable[[Path, str, random.Random], bool]] = {"worker": kill_worker, "driver": kill_driver}


def kill(kind: str, source: Path, rounds: int) -> list[str]:
    """Kill one kind of process in each round, and return a row of the table."""
    generator, killed, faults = random.Random(SEED), 0, Counter[str]()
    for number in range(rounds):
        name = f"{kind}-{number}"
        killed += KINDS[kind](source, name, generator)
        faults += lost_and_doubled(source, FolderCollection.open(user_collections() / name).items)
    return [kind, *map(str, (rounds, killed, faults["lost"], faults["doubled"]))]


def lost_and_doubled(source: Path, items: Iterable[Item]) -> Counter[str]:
    """Count the images of a folder that a collection does not have, or has more than once."""
    names = Counter(Path(item.source).stem for item in items)
    missing = {path.stem for path in source.rglob("*.jpg")} - set(names)
    return Counter(lost=len(missing), doubled=names.total() - len(names))


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="how many runs of each kind (default: %(default)s)")
    options.add_argument("--images", type=int, default=COUNT, help="how many images each run has (default: %(default)s)")
    options.add_argument("--write", nargs=2, metavar=("SOURCE", "NAME"), help="only make this collection")
    options.add_argument("--milvus", action="store_true", help="make it in Milvus")
    arguments = options.parse_args()
    if arguments.write:
        write(Path(arguments.write[0]), arguments.write[1], arguments.milvus)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SEMBLANCE_COLLECTIONS"] = f"{folder}/collections"
        source = write_camera_folder(Path(folder) / "images", arguments.images)
        rows = [kill(kind, source, arguments.rounds) for kind in KINDS]
    print_table(
        f"Killed while {arguments.images:,} images were indexed", ["process", "runs", "killed", "images lost", "doubled"], rows
    )


if __name__ == "__main__":
    main()
