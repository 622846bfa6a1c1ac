"""Print what collections of a million to a billion images need: disk, memory, machines, and the cost of a month with your prices.

    python -m benchmarks.capacity
    python -m benchmarks.capacity --disk-price 0.02 --machine-price 300 --prices-from "example.org, 2026-11-01"

It computes with the numbers in ``capacity_constants.py``. Each names the command that measured it. ``--check`` compares the sizes
of files with a collection on disk, and ``--measure`` measures the indexing time and the thumbnail size of an image again.
"""

from __future__ import annotations

import argparse
import math
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import capacity_constants as constants
from benchmarks.capacity_measures import measure
from benchmarks.table import print_table
from devise_core import load_engine
from devise_core.storage.mapped_rows import MAPPED_BYTES

SIZES = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
GB, HOUR = 1e9, 3_600_000.0
TOLERANCE = 0.1
VECTORS = ("embeddings.npy", "features.npy", "score_vectors.npy")
RECORDS = ("items.sqlite", "captions.sqlite")


@dataclass(frozen=True)
class Machine:
    """The machines that the tables count, and how long a page may compute.

    Attributes:
        cores: Cores of a machine.
        memory: Its memory in GB.
        seconds: How many seconds of CPU a page may take.
    """

    cores: int = 16
    memory: float = 64.0
    seconds: float = 1.0


@dataclass(frozen=True)
class Prices:
    """What the operator pays.

    Attributes:
        disk: A GB of disk for a month.
        machine: A machine for a month.
        source: Where the prices are from, and their date.
    """

    disk: float
    machine: float
    source: str


@dataclass(frozen=True)
class IndexNeeds:
    """What an index in Milvus needs for each image.

    Attributes:
        memory: Bytes of memory.
        disk: Bytes of disk, for the index and the vectors that it is built from.
    """

    memory: float
    disk: float


def dimensions() -> tuple[int, int]:
    """Return the dimensions of what a text search compares, and of the features that decide how images look."""
    collection = load_engine().collection
    assert collection.score_vectors is not None, "The bundled collections have them."
    return collection.score_vectors.shape[1], collection.vector_rows("visual").shape[1]


def indexes() -> dict[str, IndexNeeds]:
    """Return what each kind of index needs for both vectors of an image, which Milvus keeps as 32-bit numbers."""
    hnsw = flat = codes = 0.0
    on_disk = IndexNeeds(0.0, 0.0)
    for dimension in dimensions():
        vector = 4.0 * dimension
        flat += vector
        hnsw += vector + constants.LINK.value * constants.LINKS.value
        codes += dimension + constants.LIST_ID.value
        kept = (constants.DISKANN_CODES.value + constants.DISKANN_CACHE.value) * vector
        on_disk = IndexNeeds(on_disk.memory + kept, on_disk.disk + vector + 4 * constants.DISKANN_DEGREE.value)
    return {
        "HNSW": IndexNeeds(hnsw, flat + hnsw),
        "IVF_SQ8": IndexNeeds(codes, flat + codes),
        "DiskANN": IndexNeeds(on_disk.memory, flat + on_disk.disk),
    }


def folder_bytes(names: Sequence[str] = tuple(constants.FILES)) -> float:
    """Return how many bytes an image takes in these files of a folder."""
    return sum(constants.FILES[name] for name in names)


def page_seconds(count: int) -> float:
    """Return the seconds of CPU of a page over a folder of ``count`` images."""
    return (constants.PAGE.value + constants.PAGE_PER_MILLION.value * count / 1e6) / 1000


def most_images(seconds: float) -> int:
    """Return the largest number of images in a folder for which a page takes at most ``seconds`` of CPU."""
    return int(max(0.0, 1000 * seconds - constants.PAGE.value) / constants.PAGE_PER_MILLION.value * 1e6)


def machines_for(memory: float, machine: Machine) -> int:
    """Return how many machines are needed for so many bytes of memory. A fifth of each is left for the system and for searches."""
    return max(1, math.ceil(memory / (0.8 * machine.memory * GB)))


def process_bytes(count: int) -> float:
    """Return the memory of a process that shows pages of a collection. Files of vectors that are small enough stay mapped."""
    sizes = [constants.FILES[name] * count for name in ("embeddings.npy", "score_vectors.npy")]
    small = sum(size for size in sizes if size <= MAPPED_BYTES)
    return constants.PROCESS_MEMORY.value + constants.MAPPED_MEMORY.value * count + small


def _scaled(per_image: float) -> Callable[[int], str]:
    return lambda count: _number(per_image * count / GB)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def quantities(machine: Machine) -> dict[str, Callable[[int], str]]:
    """Return the rows of the table: name → the cell for a number of images."""
    rest = [name for name in constants.FILES if name not in (*VECTORS, *RECORDS)]
    files = folder_bytes() + constants.THUMBNAIL.value
    embedding, writing = (each.value / HOUR for each in (constants.EMBED, constants.WRITE))
    rows: dict[str, Callable[[int], str]] = {
        "disk: vectors, GB": _scaled(folder_bytes(VECTORS)),
        "disk: what searches scan, and maps, GB": _scaled(folder_bytes(rest)),
        "disk: items and captions, GB": _scaled(folder_bytes(RECORDS)),
        "disk: thumbnails, GB": _scaled(constants.THUMBNAIL.value),
        "disk: all of a folder, GB": _scaled(files),
        "embed all images, core hours": lambda count: _number(embedding * count),
        "write the folder, core hours": lambda count: _number(writing * count),
        f"machines with {machine.cores} cores that embed all in a day": lambda count: _number(
            max(1, math.ceil((embedding + writing) * count / (24 * machine.cores)))
        ),
        "folder: memory of a process, GB": lambda count: _number(process_bytes(count) / GB),
        "folder: a page, CPU s": lambda count: _number(page_seconds(count)),
        f"folder: cores that a page within {machine.seconds:g} s would need": lambda count: _number(
            max(1, math.ceil(count / most_images(machine.seconds)))
        ),
    }
    for name, needs in indexes().items():
        rows[f"Milvus, {name}: memory, GB"] = _scaled(needs.memory)
        rows[f"Milvus, {name}: disk, GB"] = _scaled(needs.disk)
        rows[f"Milvus, {name}: machines with {machine.memory:g} GB"] = _machine_count(needs, machine)
    return rows


def _machine_count(needs: IndexNeeds, machine: Machine) -> Callable[[int], str]:
    return lambda count: _number(machines_for(needs.memory * count, machine))


def costs(machine: Machine, prices: Prices) -> dict[str, Callable[[int], str]]:
    """Return the rows of the monthly cost: of a folder, as long as its pages are fast enough, and of Milvus with each index."""
    thumbnails = constants.THUMBNAIL.value

    def folder(count: int) -> str:
        if count > most_images(machine.seconds):
            return "too slow"
        return _number(prices.disk * (folder_bytes() + thumbnails) * count / GB + prices.machine)

    def with_index(needs: IndexNeeds) -> Callable[[int], str]:
        stored = needs.disk + folder_bytes(RECORDS) + thumbnails
        app = prices.machine
        return lambda count: _number(
            prices.disk * stored * count / GB + prices.machine * machines_for(needs.memory * count, machine) + app
        )

    rows = {f"Milvus, {name}, and a machine for the app": with_index(needs) for name, needs in indexes().items()}
    return {"folder, one machine": folder, **rows}


def check(folder: Path) -> bool:
    """Print the size of each file of a large collection beside the computed one. Returns whether all are close."""
    with sqlite3.connect(f"file:{folder / 'items.sqlite'}?mode=ro", uri=True) as table:
        [count] = table.execute("SELECT count(*) FROM items").fetchone()
    rows, close = [], True
    for name, expected in constants.FILES.items():
        measured = (folder / name).stat().st_size / count if (folder / name).is_file() else 0.0
        near = abs(measured / expected - 1) <= TOLERANCE
        close &= near
        rows.append([name, f"{expected:,.0f}", f"{measured:,.1f}", "" if near else "differs"])
    print_table(f"{count:,} images in {folder.name}: bytes per image", ["file", "computed", "measured", ""], rows)
    return close


def print_quantities(machine: Machine, prices: Prices | None) -> None:
    """Print the constants, the table, and the cost if there are prices."""
    columns = ["images", *(f"{size:,}" for size in SIZES)]
    known = [[each.meaning, f"{each.value:,g} {each.unit}", each.source] for each in constants.CONSTANTS]
    print_table("Constants", ["what", "value", "measured by, or stated at"], known)
    print_table("What collections need", columns, _cells(quantities(machine)))
    if prices:
        print_table(f"Cost of a month, with prices from {prices.source}", columns, _cells(costs(machine, prices)))


def _cells(rows: dict[str, Callable[[int], str]]) -> list[list[str]]:
    return [[name, *map(cell, SIZES)] for name, cell in rows.items()]


def main() -> None:
    """Print the tables, or check or measure what they are computed from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="compare with a collection that benchmarks.scale has written")
    parser.add_argument("--measure", action="store_true", help="measure indexing an image, and its thumbnail")
    parser.add_argument("--cores", type=int, default=Machine.cores, help="cores of a machine (default: %(default)s)")
    parser.add_argument("--memory", type=float, default=Machine.memory, help="GB of memory of a machine (default: %(default)g)")
    parser.add_argument("--seconds", type=float, default=Machine.seconds, help="CPU time of a page (default: %(default)g)")
    parser.add_argument("--disk-price", type=float, help="price of a GB of disk for a month")
    parser.add_argument("--machine-price", type=float, help="price of a machine for a month")
    parser.add_argument("--prices-from", metavar="TEXT", help="where the prices are from, and their date")
    chosen = parser.parse_args()
    if chosen.check:
        if not (chosen.check / "items.sqlite").is_file():
            parser.error(f"{chosen.check} is not a large collection. Make one with benchmarks.scale.")
        sys.exit(not check(chosen.check))
    if chosen.measure:
        measure()
        return
    given = (chosen.disk_price, chosen.machine_price, chosen.prices_from)
    if any(each is not None for each in given) and None in given:
        parser.error("Give --disk-price, --machine-price and --prices-from together. There are no default prices.")
    if most_images(chosen.seconds) <= 0:
        parser.error(f"A page takes at least {page_seconds(0):.2g} s. Give --seconds a larger number.")
    print_quantities(Machine(chosen.cores, chosen.memory, chosen.seconds), Prices(*given) if chosen.prices_from else None)


if __name__ == "__main__":
    main()
