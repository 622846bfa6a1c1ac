"""Opening the word vectors and finding a word's neighbours, ours against the way of the work this project starts from.

Both in new processes over one GloVe text file, made in a temporary folder from the bundled words (to int8's precision, written
with six decimals). More words or dimensions than the bundled ones are these again, each number changed by about a tenth:
that work's 400,000 × 300 costs what it did, though its neighbours mean nothing. The files were just written, so both read
them from the page cache.
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
ok = Manifest.read(layout.root).verified if verify else lambda path: path
store = WordStore.open(ok(layout.words), ok(layout.word_vectors), ok(layout.word_scales))
vector = store.unit([store.row(word)])[0]
opened = time.perf_counter()
between = status()
asked = time.perf_counter()
found = [hit.word for hit in store.nearest(vector, 11)]
answered = time.perf_counter()
print(json.dumps({"open": opened - began, "answer": answered - asked, "found": found, "before": before, "opened": between,
                  "after": status()}))
"""


def make_glove(file: Path, count: int, dimension: int) -> bool:
    """Write ``count`` lines; returns whether numbers had to be changed to get there."""
    layout = ArtifactLayout(artifacts_folder())
    store = WordStore.open(layout.words, layout.word_vectors, layout.word_scales)
    rng = np.random.default_rng(7)
    stretched = count > len(store) or dimension > store.dimension
    with file.open("w", encoding="utf-8") as text:
        for start in range(0, count, 2_000):
            places = np.arange(start, min(start + 2_000, count))
            laps, rows = np.divmod(places, len(store))
            vectors = np.tile(store.raw(rows.tolist()), -(-dimension // store.dimension))[:, :dimension]
            if stretched:
                vectors *= rng.normal(1, 0.1, vectors.shape).astype(np.float32)
            text.writelines(
                f"{store.word(row)}{f'~{lap}' if lap else ''} {' '.join([f'{number:.6f}' for number in vector])}\n"
                for row, lap, vector in zip(rows.tolist(), laps.tolist(), vectors.tolist(), strict=True)
            )
    return stretched


def measured(*command: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True, cwd=REPOSITORY)
    return dict(json.loads(done.stdout))


def line(what: str, ours: float, seed: float, wanted: str = "", unit: str = "s") -> list[str]:
    digits = 4 if unit == "s" else 0
    return [what, f"{ours:.{digits}f} {unit}", f"{seed:.{digits}f} {unit}", f"{seed / ours:,.1f}", wanted]


def lines(ours: list[dict[str, Any]], checked: list[dict[str, Any]], seed: dict[str, Any]) -> list[list[str]]:
    """``ours``: without the manifest's SHA-256; ``checked``: with it, as the engine opens."""

    def took(runs: list[dict[str, Any]], *steps: str) -> float:
        return median([sum(run[step] for step in steps) for run in runs])

    def memory(run: dict[str, Any], when: str, kind: str) -> float:
        return float(run[when][kind] - run["before"][kind])

    one = ours[-1]
    return [
        line("open, up to the first vector", took(ours, "open"), seed["open"], "≥ 500"),
        line("open with every SHA-256 checked, as the engine does", took(checked, "open"), seed["open"]),
        line("first nearest words", took(ours, "answer"), seed["answer"]),
        line("open, checked, and first nearest words", took(checked, "open", "answer"), seed["open"] + seed["answer"]),
        line("resident for the words, opened", memory(one, "opened", "VmRSS"), memory(seed, "after", "VmRSS"), "≥ 10", "MB"),
        line("resident for the words, answered", memory(one, "after", "VmRSS"), memory(seed, "after", "VmRSS"), "≥ 10", "MB"),
        line("of that its own, not the page cache's", memory(one, "after", "RssAnon"), memory(seed, "after", "RssAnon"), "", "MB"),
        line("resident, the whole process", one["after"]["VmRSS"], seed["after"]["VmRSS"], "", "MB"),
        line("most ever resident, the whole process", one["after"]["VmHWM"], seed["after"]["VmHWM"], "", "MB"),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--words", type=int, default=341_479)
    options.add_argument("--dimension", type=int, default=100)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, file = Path(name), Path(name) / "glove.txt"
        stretched = make_glove(file, asked.words, asked.dimension)
        manifest = Manifest(folder)
        began = time.perf_counter()
        report = import_words(ArtifactLayout(folder), manifest, file, asked.dimension)
        imported = time.perf_counter() - began
        manifest.write()
        seed = measured("-m", "benchmarks.seedwords", str(file), WORD)
        ours = [measured("-c", OURS, name, WORD, "as it is") for _ in range(RUNS)]
        checked = [measured("-c", OURS, name, WORD, "verify") for _ in range(RUNS)]
    print(
        f"{report}\nwritten once into our store in {imported:.1f} s; the other way reads the file at every start: "
        f"{seed['read']:.1f} s, and builds its index: {seed['open'] - seed['read']:.1f} s"
    )
    made = "the bundled words stretched, see above" if stretched else "from the bundled words"
    print_table(
        f"{asked.words:,} words × {asked.dimension}, {made}; ours: medians of {RUNS}, all words compared",
        ["what", "ours", "dict and 20 trees", "ratio", "wanted"],
        lines(ours, checked, seed),
    )
    shared = len(set(ours[0]["found"]) & set(seed["found"])) - 1
    print(f"Of the ten words nearest to “{WORD}”, which we find exactly, the 20 trees find {shared}.")


if __name__ == "__main__":
    main()
