"""Malformed pictures through the upload path: crashes, hangs, the slowest, and the memory that one picture may take.

``python -m benchmarks.fuzz --count 20000``. A crash: anything but a picture or an ``ImageError``, or a decoder that died; a hang:
more than 5 s, twice, since the machine may have been elsewhere. Peaks are those of the decoding process (``VmHWM``), each in a
new one, so this part needs Linux.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.hostile import hostile_files
from benchmarks.malformed import encoded, good_files, mutated
from benchmarks.table import print_table
from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import BROKEN, Decoders

HANG = 5.0
LARGEST: dict[str, tuple[str, float, dict[str, Any]]] = {
    "JPEG": ("RGB", 99.9, {}),
    "progressive JPEG": ("RGB", 77, {"progressive": True}),
    "progressive grey JPEG": ("L", 99.9, {"progressive": True}),
    "progressive JPEG 4:4:4": ("RGB", 39, {"progressive": True, "subsampling": 0}),
    "progressive CMYK JPEG": ("CMYK", 29, {"progressive": True}),
    "PNG": ("RGBA", 39.9, {}),
    "GIF": ("P", 38, {}),
    "BMP": ("RGB", 6.6, {}),
    "TIFF": ("RGBA", 29, {"compression": "tiff_lzw"}),
    "TIFF of one strip": ("RGBA", 29, {"compression": "tiff_lzw", "strip_size": 10**9}),
    "WEBP": ("RGBA", 14, {}),
    "lossless WEBP": ("RGBA", 12, {"lossless": True, "quality": 0, "method": 0}),
    "AVIF 4:4:4": ("RGBA", 23, {"speed": 10, "subsampling": "4:4:4"}),
    "HEIF": ("RGB", 26, {"enc_params": {"preset": "ultrafast"}}),
    "HEIF 4:4:4": ("RGB", 26, {"chroma": 444, "enc_params": {"preset": "ultrafast"}}),
}
"""The largest picture of each kind that is let in: channels, megapixels, and how it is written."""


@dataclass
class Account:
    """What became of the inputs. ``slowest``: seconds and the input."""

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    peak: int = 0

    def add(self, other: Account) -> None:
        self.outcomes += other.outcomes
        self.crashes += other.crashes
        self.hangs += other.hangs
        self.slowest, self.peak = max(self.slowest, other.slowest), max(self.peak, other.peak)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000, help="mutated files (default: %(default)s)")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    shares = [(place, chosen.processes, chosen.count, chosen.seed) for place in range(chosen.processes)]
    total = Account()
    with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
        for account in pool.imap_unordered(_share, shares):
            total.add(account)
    tried = sum(total.outcomes.values())
    print_table(
        f"{tried:,} inputs",
        ["what", "found"],
        [
            ["crashes", str(len(total.crashes))],
            [f"over {HANG:.0f} s", str(len(total.hangs))],
            ["slowest", f"{total.slowest[0]:.1f} s: {total.slowest[1]}"],
            ["largest decoder", f"{total.peak / 1e6:.0f} MB"],
            *([name, f"{count:,}"] for name, count in total.outcomes.most_common()),
        ],
    )
    for what in (*total.crashes, *total.hangs):
        print(what)
    print_table("The largest that are let in", ["picture", "megapixels", "s", "peak MB"], [_peak(name) for name in LARGEST])


def _share(share: tuple[int, int, int, int]) -> Account:
    place, of, count, seed = share
    good, account, decoders = good_files(), Account(), Decoders(1)
    decoders.read(good["PNG"], Settings())  # which starts the process
    inputs = list(hostile_files().items()) if place == 0 else []
    for number in range(place, count, of):
        name, data = _mutation(good, seed, number)
        inputs.append((f"{name}, mutation {number} of seed {seed}", data))
    for what, data in inputs:
        tried = _tried(what, data, decoders)
        account.add(_tried(what, data, decoders) if tried.hangs else tried)
    decoders.close()
    return account


def _mutation(good: dict[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    rng = random.Random(f"{seed}-{number}")
    name = rng.choice(list(good))
    return name, mutated(good[name], list(good.values()), rng)


def _tried(what: str, data: bytes, decoders: Decoders) -> Account:
    account, began = Account(), time.perf_counter()
    try:
        decoders.read(data, Settings())
        outcome = "a picture"
    except ImageError as error:
        outcome = "refused: " + re.sub(r"[\d.]+", "N", str(error).partition(":")[0])
        if str(error) == BROKEN:
            account.crashes.append(f"decoder died: {what}")
    except Exception as error:  # whatever it is, it is what is looked for
        outcome = f"{type(error).__name__}: {error}"
        account.crashes.append(f"{outcome}: {what}")
    took = time.perf_counter() - began
    account.outcomes[outcome], account.slowest = 1, (took, what)
    account.peak = max(map(peak_of, decoders.processes()), default=0)
    if took > HANG:
        account.hangs.append(f"{took:.1f} s: {what}")
    return account


def _peak(name: str) -> list[str]:
    mode, megapixels, options = LARGEST[name]
    width = int((megapixels * 1e6 * 4 / 3) ** 0.5)
    slope = Image.linear_gradient("L").resize((width, int(megapixels * 1e6 / width)))
    form = next(form for form in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "HEIF") if form in name)
    data = encoded(Image.merge("RGB", (slope, slope, slope)).convert(mode), form, **options)
    decoders, began = Decoders(1), time.perf_counter()
    decoders.read(data, Settings(upload_seconds=60))
    took, peak = time.perf_counter() - began, peak_of(decoders.processes()[0])
    decoders.close()
    return [name, f"{megapixels:.0f}", f"{took:.1f}", f"{peak / 1e6:.0f}"]


def peak_of(process: int) -> int:
    """The most memory (bytes resident) that a process has had."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
