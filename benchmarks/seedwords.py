"""Open word vectors as the notebook that this project starts from does: read GloVe's text into a dict, then build an Annoy index.

``benchmarks.words`` runs this in another process, so it imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from annoy import AnnoyIndex

TREES = 20


def read_dict(file: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Read a GloVe text file: word → vector of shape (d,)."""
    vectors = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            word, *numbers = line.split()
            vectors[word] = np.asarray(numbers, dtype=np.float32)
    return vectors


def build_index(vectors: dict[str, npt.NDArray[np.float32]]) -> AnnoyIndex:
    """Build the index over all vectors."""
    index = AnnoyIndex(len(next(iter(vectors.values()))), "angular")
    for row, vector in enumerate(vectors.values()):
        index.add_item(row, vector)
    index.build(TREES)
    return index


def status() -> dict[str, float]:
    """Return the megabytes of this process: resident, anonymous and peak."""
    with Path("/proc/self/status").open() as lines:
        kilobytes = {name: float(value.split()[0]) for name, value in (line.split(":", 1) for line in lines) if "kB" in value}
    return {name: kilobytes[name] / 1e3 for name in ("VmRSS", "RssAnon", "VmHWM")}


def main(file: str, word: str) -> None:
    """Print the seconds and the memory that opening and one query take, as JSON."""
    before, began = status(), time.perf_counter()
    vectors = read_dict(Path(file))
    read = time.perf_counter()
    index = build_index(vectors)
    built = time.perf_counter()
    words = list(vectors)
    neighbours = [words[row] for row in index.get_nns_by_vector(vectors[word], 11)]
    answered = time.perf_counter()
    print(
        json.dumps(
            {
                "read": read - began,
                "open": built - began,
                "answer": answered - built,
                "neighbours": neighbours,
                "before": before,
                "after": status(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
