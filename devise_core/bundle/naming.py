"""Write the files with which the engine names images, explains the senses of queries, and tells when a query has no match."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.naming_guards import flags
from devise_core.bundle.naming_lines import Line
from devise_core.bundle.nouns import classified_things
from devise_core.bundle.tables import FOLDER, imagenet_offsets
from devise_core.bundle.wordnet import Nouns
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.vectors import Floats, quantise, without

COMMAND = "python -m devise_core build naming"
SOURCE = "WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (list), PDDL-1.0 (vectors)"
SENSE_DECAY = 0.5
NEAR_KINDS = 4
"""At most this many more general nouns, such as "bird" for "parrot", are stored for a noun. One is offered if nothing matches."""


@dataclass(frozen=True)
class EverydayName:
    """The everyday name of an ImageNet label, and the sense of that name."""

    label: int
    name: str
    offset: int


def everyday_names() -> list[EverydayName]:
    """Read the everyday name of each label, written by hand: "penguin" for the king penguin, "dog" for all breeds."""
    return [EverydayName(_offset(row["label"]), row["name"], _offset(row["synset"])) for row in _table("everyday")]


def labels_below(nouns: Nouns) -> dict[int, list[int]]:
    """Return the rows of the ImageNet labels at or below each sense that has any, by offset."""
    below: dict[int, list[int]] = defaultdict(list)
    for row, offset in enumerate(imagenet_offsets()):
        for ancestor in nouns.ancestors(offset):
            below[ancestor].append(row)
    return dict(below)


def coverage(nouns: Nouns) -> dict[int, float]:
    """Return the share of the senses at or below each sense that are at or below an ImageNet label, by offset.

    Senses with a share of 0 are left out.
    """
    labels = set(imagenet_offsets())
    covered: dict[int, int] = defaultdict(int)
    for offset in nouns.synsets:
        ancestors = nouns.ancestors(offset)
        if not labels.isdisjoint(ancestors):
            for ancestor in ancestors:
                covered[ancestor] += 1
    return {offset: count / nouns.descendants[offset] for offset, count in covered.items()}


class NamingFiles:
    """Writes the files of one artifact folder and adds them to its manifest.

    Args:
        layout: Where to write. The labels and nouns must be there.
        manifest: Receives the entries.
        hierarchy: The senses in the word space.
    """

    def __init__(self, layout: ArtifactLayout, manifest: Manifest, hierarchy: Hierarchy) -> None:
        self.layout, self.manifest = layout, manifest
        self.hierarchy, self.nouns = hierarchy, hierarchy.nouns
        self.directions = np.load(layout.directions)

    def write_lines(self, lines: Sequence[Line]) -> None:
        """Write ``naming.tsv`` and the vectors of its lines."""
        labels, below = imagenet_offsets(), labels_below(self.nouns)
        label_row = {offset: row for row, offset in enumerate(labels)}
        named = defaultdict(list)
        for row, everyday in enumerate(everyday_names()):
            named[everyday.offset].append(row)
        rows = [
            [
                line.word,
                f"n{line.offset:08d}",
                f"{line.prior:.3f}",
                flags(self.nouns, line.offset, line.word),
                str(label_row.get(line.offset, "")),
                _joined(named[line.offset]),
                _joined(below.get(line.offset, ())),
                _joined(lemma for lemma in self.nouns.synsets[line.offset].lemmas if lemma != line.word),
            ]
            for line in lines
        ]
        self._save_lines(rows)
        label_vectors = np.load(self.layout.label_vectors)
        vectors = [
            label_vectors[label_row[line.offset]] if line.vector is None else without(line.vector, self.directions)
            for line in lines
        ]
        self._save_vectors(self.layout.naming_vectors, vectors)

    def write_flags(self) -> None:
        """Write the flags in ``naming.tsv`` again. Its other columns and the vectors stay as they are, to the last digit."""
        rows = [line.split("\t") for line in self.layout.naming.read_text("utf-8").splitlines()]
        for row in rows:
            row[3] = flags(self.nouns, _offset(row[1]), row[0])
        self._save_lines(rows)

    def write_nouns(self, nouns: Sequence[str]) -> None:
        """Write the sense and the nearest kinds of each noun of the noun list, and the share of each sense that the labels cover.

        ``noun_senses.npy`` is ``int32 (nouns, 1 + NEAR_KINDS)``: the offset of the sense and the numbers of its nearest kinds,
        which are rows of ``near_miss.csv`` counted from 1. The number 0 means that there are no more kinds.
        """
        kinds = _table("near_miss_kinds")
        number = {_offset(row["synset"]): place for place, row in enumerate(kinds, 1)}
        table = np.zeros((len(nouns), 1 + NEAR_KINDS), dtype=np.int32)
        senses = classified_things(self.nouns)
        for row, noun in enumerate(nouns):
            offset = senses[noun]
            ancestors = sorted(self.nouns.ancestors(offset).items(), key=lambda ancestor: (ancestor[1], ancestor[0]))
            near = [number[ancestor] for ancestor, steps in ancestors if steps and ancestor in number][:NEAR_KINDS]
            table[row, : 1 + len(near)] = [offset, *near]
        self._save(self.layout.noun_senses, lambda path: np.save(path, table))
        self._save_rows(self.layout.near_miss, ("synset", "name"), [(row["synset"], row["name"]) for row in kinds])
        shares = [(f"n{offset:08d}", f"{share:.4f}") for offset, share in sorted(coverage(self.nouns).items())]
        covering = {f"n{offset:08d}" for offset in labels_below(self.nouns)}
        self._save_rows(self.layout.coverage, ("synset", "coverage"), [row for row in shares if row[0] in covering])

    def write_abstract_words(self, words: Sequence[str]) -> None:
        """Write the words that no image can show, one on each line."""
        text = "".join(f"{word}\n" for word in words)
        self._save(self.layout.abstract_words, lambda path: path.write_text(text, "utf-8"))

    def write_senses(self) -> None:
        """Write ``senses.csv``, the senses that a query can choose such as "bat (animal)", and their vectors."""
        rows, below = _table("senses"), labels_below(self.nouns)
        senses = [(row["noun"], _offset(row["synset"])) for row in rows]
        self._save_rows(
            self.layout.senses,
            ("noun", "tag", "synset", "labels_below"),
            [
                (row["noun"], row["tag"], row["synset"], len(below.get(offset, ())))
                for row, (_, offset) in zip(rows, senses, strict=True)
            ],
        )
        vectors = [self.hierarchy.mixed(offset, SENSE_DECAY, self.hierarchy.phrase(noun)) for noun, offset in senses]
        self._save_vectors(
            self.layout.sense_vectors, [without(vector, self.directions) for vector in vectors if vector is not None]
        )

    def _save_lines(self, rows: Sequence[Sequence[str]]) -> None:
        self._save(self.layout.naming, lambda path: path.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8"))

    def _save_vectors(self, path: Path, vectors: Sequence[Floats]) -> None:
        self._save(path, lambda staged: np.save(staged, quantise(np.stack(vectors))[0]))

    def _save_rows(self, path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        def write(staged: Path) -> None:
            with staged.open("w", encoding="utf-8", newline="") as file:
                writer = CsvWriter(file)
                writer.writerow(header)
                writer.writerows(rows)

        self._save(path, write)

    def _save(self, path: Path, write: Callable[[Path], Any]) -> None:
        with atomic_file(path) as staged:
            write(staged)
        self.manifest.add(path, COMMAND, SOURCE, LICENCE)


def _table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _offset(synset: str) -> int:
    return int(synset[1:])


def _joined(values: object) -> str:
    return "|".join(str(value) for value in values)  # type: ignore[attr-defined]
