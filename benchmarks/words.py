"""Compare opening the word vectors and one query with the method of the notebook that this project starts from.

Both run in new processes over the same GloVe text file. It is made from the bundled words, in int8 precision with six decimals.
For more words or dimensions, the bundled ones are repeated and each number is changed by about 10%. The cost is then that of the
notebook's 400,000 × 300, but the neighbours have no meaning. The files were just written, so both read them from the page cache.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import median, print_table
from devise_core.bundle.words import import_words
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, artifacts_folder
from devise_core.text.word_store import WordStore

WORD = "violin"
RUNS = 7
OURS = """
import json, sys, time
from pathlib import Path
from benchmarks.seedwords import status
from devise_core.storage.paths import ArtifactLayout
from devise_core.storage.manifest import Manifest
from devise_core.text.word_store import WordStore
layout, word, verify = ArtifactLayout(Path(sys.argv[1])), sys.argv[2], sys.argv[3] == "verify"
before, began = status(), time.perf_counter()
check = Manifest.read(layout.root).verified if verify else lambda path: path
store = WordStore.open(check(layout.words), check(layout.word_vectors), check(layout.word_scales))
vector = store.unit([store.row(word)])[0]
opened = time.perf_counter()
between = status()
queried = time.perf_counter()
neighbours = [hit.word for hit in store.nearest(vector, 11)]
answered = time.perf_counter()
print(json.dumps({"open": opened - began, "answer": answered - queried, "neighbours": neighbours,
                  "before": before, "opened": between, "after": status()}))
"""


def make_glove(file: Path, count: int, dimension: int) -> bool:
    """Write a GloVe text file with ``count`` lines.

    Returns:
        Whether the bundled words were repeated and changed.
    """
    layout = ArtifactLayout(artifacts_folder())
    store = WordStore.open(layout.words, layout.word_vectors, layout.word_scales)
    rng = np.random.default_rng(7)
    stretched = count > len(store) or dimension > store.dimension
    with file.open("w", encoding="utf-8") as text:
        for start in range(0, count, 2_000):
            numbers = np.arange(start, min(start + 2_000, count))
            laps, rows = np.divmod(numbers, len(store))
            vectors = np.tile(store.raw(rows.tolist()), -(-dimension // store.dimension))[:, :dimension]
            if stretched:
                vectors *= rng.normal(1, 0.1, vectors.shape).astype(np.float32)
            text.writelines(
                f"{store.word(row)}{f'~{lap}' if lap else ''} {' '.join([f'{number:.6f}' for number in vector])}\n"
                for row, lap, vector in zip(rows.tolist(), laps.tolist(), vectors.tolist(), strict=True)
            )
    return stretched


def measured(*command: str) -> dict[str, Any]:
    """Run Python in a new process and return the JSON that it prints."""
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True, cwd=REPOSITORY)
    return dict(json.loads(done.stdout))


def line(name: str, ours: float, seed: float, target: str = "", unit: str = "s") -> list[str]:
    """Return one row of the table."""
    digits = 4 if unit == "s" else 0
    return [name, f"{ours:.{digits}f} {unit}", f"{seed:.{digits}f} {unit}", f"{seed / ours:,.1f}", target]


def lines(ours: list[dict[str, Any]], checked: list[dict[str, Any]], seed: dict[str, Any]) -> list[list[str]]:
    """Return the rows of the table.

    Args:
        ours: Runs that do not check the manifest's SHA-256.
        checked: Runs that check it, as the engine does.
        seed: The run of the notebook's method.
    """

    def seconds(runs: list[dict[str, Any]], *steps: str) -> float:
        return median([sum(run[step] for step in steps) for run in runs])

    def memory(run: dict[str, Any], when: str, kind: str) -> float:
        return float(run[when][kind] - run["before"][kind])

    last = ours[-1]
    return [
        line("open, up to the first vector", seconds(ours, "open"), seed["open"], "≥ 500"),
        line("open with every SHA-256 checked, as the engine does", seconds(checked, "open"), seed["open"]),
        line("first nearest words", seconds(ours, "answer"), seed["answer"]),
        line("open, checked, and first nearest words", seconds(checked, "open", "answer"), seed["open"] + seed["answer"]),
        line("resident memory of the words, opened", memory(last, "opened", "VmRSS"), memory(seed, "after", "VmRSS"), "≥ 10", "MB"),
        line(
            "resident memory of the words, after a query",
            memory(last, "after", "VmRSS"),
            memory(seed, "after", "VmRSS"),
            "≥ 10",
            "MB",
        ),
        line(
            "of that anonymous, not in the page cache", memory(last, "after", "RssAnon"), memory(seed, "after", "RssAnon"), "", "MB"
        ),
        line("resident memory, whole process", last["after"]["VmRSS"], seed["after"]["VmRSS"], "", "MB"),
        line("peak resident memory, whole process", last["after"]["VmHWM"], seed["after"]["VmHWM"], "", "MB"),
    ]


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--words", type=int, default=341_479)
    options.add_argument("--dimension", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, file = Path(name), Path(name) / "glove.txt"
        stretched = make_glove(file, chosen.words, chosen.dimension)
        manifest = Manifest(folder)
        began = time.perf_counter()
        report = import_words(ArtifactLayout(folder), manifest, file, chosen.dimension)
        imported = time.perf_counter() - began
        manifest.write()
        seed = measured("-m", "benchmarks.seedwords", str(file), WORD)
        ours = [measured("-c", OURS, name, WORD, "as it is") for _ in range(RUNS)]
        checked = [measured("-c", OURS, name, WORD, "verify") for _ in range(RUNS)]
    print(
        f"{report}\nOur store is written once, in {imported:.1f} s. The notebook reads the file at every start, "
        f"in {seed['read']:.1f} s, and builds its index in {seed['open'] - seed['read']:.1f} s."
    )
    origin = "the bundled words, repeated" if stretched else "the bundled words"
    print_table(
        f"{chosen.words:,} words × {chosen.dimension} ({origin}); ours: medians of {RUNS}, all words compared",
        ["step", "ours", "dict and 20 trees", "ratio", "target"],
        lines(ours, checked, seed),
    )
    shared = len(set(ours[0]["neighbours"]) & set(seed["neighbours"])) - 1
    print(f"The 20 trees find {shared} of the ten words nearest to “{WORD}”. The exact search finds all.")


if __name__ == "__main__":
    main()
