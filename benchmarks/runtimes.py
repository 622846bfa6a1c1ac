"""Label one JPEG with Keras and with ONNX Runtime: the time, and the memory of a process that does nothing else.

Each runs in processes of its own, in turns, so that a slower phase of the machine affects both. The time for a label is CPU
time, so that waiting for a core does not count.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import time

from PIL import Image

from benchmarks.honest_visitor import memory
from benchmarks.table import median, print_table
from devise_core.storage.paths import BUNDLED_ARTIFACTS, REPOSITORY

RUNTIMES = ("keras", "onnx")
CALLS = 10
FIGURES = (
    ("CPU ms for a label", "cpu_ms", 1),
    ("s to the first label", "first", 2),
    ("MB of memory after it", "memory", 0),
)


def measure() -> dict[str, float]:
    """Label a JPEG in this process. Returns the seconds to the first label, ms of a later one, and the memory in MB."""
    from devise_core import load_engine

    picture = Image.open(BUNDLED_ARTIFACTS / "collections/photos/images/cat.webp").convert("RGB").resize((500, 375))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    began = time.perf_counter()
    engine = load_engine()
    engine.label_image(file.getvalue())
    first = time.perf_counter() - began
    used = memory(os.getpid()) / 1e6
    began = time.process_time()
    for _ in range(CALLS):
        engine.label_image(file.getvalue())
    return {"first": first, "cpu_ms": 1000 * (time.process_time() - began) / CALLS, "memory": used}


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(measure()))
        return
    results: dict[str, list[dict[str, float]]] = {runtime: [] for runtime in RUNTIMES}
    for _ in range(chosen.rounds):
        for runtime in RUNTIMES:
            command = [sys.executable, "-m", "benchmarks.runtimes", "--measure"]
            environment = {**os.environ, "SEMBLANCE_RUNTIME": runtime}
            printed = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True).stdout
            results[runtime].append(json.loads(printed.splitlines()[-1]))
    _print(results, chosen.rounds)


def _print(results: dict[str, list[dict[str, float]]], rounds: int) -> None:
    rows = []
    for title, name, digits in FIGURES:
        keras, onnx = (median([each[name] for each in results[runtime]]) for runtime in RUNTIMES)
        rows.append([title, f"{keras:.{digits}f}", f"{onnx:.{digits}f}", f"{onnx / keras:.2f}"])
    print_table(f"Labels of a 500 × 375 JPEG, median of {rounds} processes", ["", *RUNTIMES, "onnx / keras"], rows)


if __name__ == "__main__":
    main()
