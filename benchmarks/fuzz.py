"""Send malformed images through the upload path and count crashes and hangs; measure time and memory of the largest allowed images.

    python -m benchmarks.fuzz --count 20000

A crash is any result other than an image or an ``ImageError``, or a decoder that died. A hang means that an input takes more
than 5 s twice, because the machine may have been busy the first time. Memory peaks are those of a new decoder process (``VmHWM``),
so this part needs Linux.
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
from devise_core.untrusted.decoder_pool import CRASHED, DecoderPool

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
"""The largest allowed image of each kind: its mode, its megapixels and the options it is encoded with."""


@dataclass
class FuzzResults:
    """Results of a number of inputs.

    Attributes:
        outcomes: How often each outcome happened.
        crashes: A description of each crash.
        hangs: A description of each hang.
        slowest: Seconds and description of the slowest input.
        peak: The most memory of a decoder, in bytes.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    peak: int = 0

    def add(self, other: FuzzResults) -> None:
        """Add the results of other inputs."""
        self.outcomes += other.outcomes
        self.crashes += other.crashes
        self.hangs += other.hangs
        self.slowest, self.peak = max(self.slowest, other.slowest), max(self.peak, other.peak)


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000, help="mutated files (default: %(default)s)")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    shares = [(number, chosen.processes, chosen.count, chosen.seed) for number in range(chosen.processes)]
    total = FuzzResults()
    with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
        for results in pool.imap_unordered(_share, shares):
            total.add(results)
    tried = sum(total.outcomes.values())
    print_table(
        f"{tried:,} inputs",
        ["result", "count"],
        [
            ["crashes", str(len(total.crashes))],
            [f"over {HANG:.0f} s", str(len(total.hangs))],
            ["slowest", f"{total.slowest[0]:.1f} s: {total.slowest[1]}"],
            ["largest decoder", f"{total.peak / 1e6:.0f} MB"],
            *([name, f"{count:,}"] for name, count in total.outcomes.most_common()),
        ],
    )
    for description in (*total.crashes, *total.hangs):
        print(description)
    print_table("The largest allowed images", ["image", "megapixels", "s", "peak MB"], [_peak(name) for name in LARGEST])


def _share(share: tuple[int, int, int, int]) -> FuzzResults:
    """Try every n-th mutation in this process. The first share also tries the hostile files."""
    first, processes, count, seed = share
    good, results, decoders = good_files(), FuzzResults(), DecoderPool(1)
    decoders.read(good["PNG"], Settings())  # starts the decoder
    inputs = list(hostile_files().items()) if first == 0 else []
    for number in range(first, count, processes):
        name, data = _mutation(good, seed, number)
        inputs.append((f"{name}, mutation {number} of seed {seed}", data))
    for description, data in inputs:
        result = _try(description, data, decoders)
        results.add(_try(description, data, decoders) if result.hangs else result)
    decoders.close()
    return results


def _mutation(good: dict[str, bytes], seed: int, number: int) -> tuple[str, bytes]:
    rng = random.Random(f"{seed}-{number}")
    name = rng.choice(list(good))
    return name, mutated(good[name], list(good.values()), rng)


def _try(description: str, data: bytes, decoders: DecoderPool) -> FuzzResults:
    results, began = FuzzResults(), time.perf_counter()
    try:
        decoders.read(data, Settings())
        outcome = "an image"
    except ImageError as error:
        outcome = "refused: " + re.sub(r"[\d.]+", "N", str(error).partition(":")[0])
        if str(error) == CRASHED:
            results.crashes.append(f"decoder died: {description}")
    except Exception as error:  # any other exception is a finding
        outcome = f"{type(error).__name__}: {error}"
        results.crashes.append(f"{outcome}: {description}")
    seconds = time.perf_counter() - began
    results.outcomes[outcome], results.slowest = 1, (seconds, description)
    results.peak = max(map(peak_of, decoders.processes()), default=0)
    if seconds > HANG:
        results.hangs.append(f"{seconds:.1f} s: {description}")
    return results


def _peak(name: str) -> list[str]:
    mode, megapixels, options = LARGEST[name]
    width = int((megapixels * 1e6 * 4 / 3) ** 0.5)
    slope = Image.linear_gradient("L").resize((width, int(megapixels * 1e6 / width)))
    form = next(form for form in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "HEIF") if form in name)
    data = encoded(Image.merge("RGB", (slope, slope, slope)).convert(mode), form, **options)
    decoders, began = DecoderPool(1), time.perf_counter()
    decoders.read(data, Settings(upload_seconds=60))
    seconds, peak = time.perf_counter() - began, peak_of(decoders.processes()[0])
    decoders.close()
    return [name, f"{megapixels:.0f}", f"{seconds:.1f}", f"{peak / 1e6:.0f}"]


def peak_of(process: int) -> int:
    """Return the most resident memory that a process has had, in bytes. Works on Linux."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main()
