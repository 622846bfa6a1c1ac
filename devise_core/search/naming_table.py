"""The words that may name an image, as ``build naming`` wrote them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devise_core.errors import ArtifactError
from devise_core.search.probes import PEOPLE
from devise_core.storage.artifact_reader import check_rows, checked, read_array, read_text, reading
from devise_core.vectors import Floats, Rows, unit_stored

Flags = npt.NDArray[np.bool_]
NO_LINE = -1
PERSON_SENSES = range(9_500_000, 10_800_000)
"""The numbers of the synsets for persons. They are one range because WordNet 3.0 numbers synsets by lexicographer file (topic)."""
_NO_LABELS = np.empty(0, dtype=np.int64)
ConceptsOf = Callable[[Sequence[str]], Floats]
"""Returns the vectors of texts in the concept space (``text/concepts.py``) as unit rows ``(n, c)``. The row of a text without a
known word is all zeros."""


@dataclass(frozen=True, eq=False)
class NamingTable:
    """The words that may name an image. A line is a word in one sense.

    Attributes:
        words: The word of each line.
        synsets: The WordNet id of each line's sense, such as "n02055803".
        synonyms: The other words for each line's sense.
        prior: How familiar each word is, as a log frequency ``(n,)``.
        vectors: The vectors of the words in the embedding space, unit rows ``(n, d)``.
        flags: The groups of each line: "a" animal, "p" primate, "g" guarded, "w" guarded if a person may be in the image.
        everyday_line: The line of each label's everyday name, or ``NO_LINE`` ``(labels,)``.
        own_line: The line of each label's own sense, or ``NO_LINE`` ``(labels,)``.
        below: The labels at or below each line's sense in WordNet.
        concepts: The vectors of the words in the concept space, unit rows ``(n, c)``, or None.
    """

    words: list[str]
    synsets: list[str]
    synonyms: list[tuple[str, ...]]
    prior: Floats
    vectors: Floats
    flags: list[str]
    everyday_line: Rows
    own_line: Rows
    below: list[Rows]
    concepts: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.words) != len(self.vectors):
            raise ArtifactError(
                f"naming.tsv has {len(self.words)} words, and naming_vectors.npy {len(self.vectors)} vectors. "
                "Restore both files together."
            )

    def __len__(self) -> int:
        return len(self.words)

    def is_person(self, row: int) -> bool:
        """Return whether the word of a line means people.

        Args:
            row: The number of a line, from 0.
        """
        return int(self.synsets[row].lstrip("n") or 0) in PERSON_SENSES or self.words[row] in PEOPLE

    def flagged(self, flag: str) -> Flags:
        """Return which lines are in a group ``(n,)``.

        Args:
            flag: The letter of the group.
        """
        return np.fromiter((flag in flags for flags in self.flags), dtype=np.bool_, count=len(self))

    def labels_of(self, flag: str) -> Rows:
        """Return the labels below the lines of a group.

        Args:
            flag: The letter of the group.

        Returns:
            The rows ``(m,)`` of the labels in ascending order, without repetition.
        """
        rows = [self.below[row] for row in np.flatnonzero(self.flagged(flag))]
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *rows]))

    @classmethod
    def read(
        cls, table: Path, vectors: Path, label_count: int, concepts: ConceptsOf | None = None, dimension: int | None = None
    ) -> NamingTable:
        """Read the files of a model and return the table.

        Args:
            table: ``naming.tsv``.
            vectors: ``naming_vectors.npy``, ``int8 (n, d)``.
            label_count: The number of labels of the classifier.
            concepts: Gives words their vectors ``(n, c)`` in the concept space, or None.
            dimension: The dimension ``d`` that the vectors must have, or None for any.

        Raises:
            ArtifactError: A file is damaged, or the files do not belong together.
        """
        lines = [line.split("\t") for line in read_text(table).splitlines()]
        if not lines or any(len(fields) != 8 for fields in lines):
            raise ArtifactError(f"{table} is damaged. Make it again with `python -m devise_core build naming`.")
        everyday_line, own_line = np.full((2, label_count), NO_LINE, dtype=np.int64)
        with reading(table):
            own_labels, everyday, below = (
                [_label_rows(fields[place], label_count, table) for fields in lines] for place in (4, 5, 6)
            )
            for row in range(len(lines)):
                own_line[own_labels[row]] = row
                everyday_line[everyday[row]] = row
            weights = checked(np.asarray([fields[2] for fields in lines], dtype=np.float32), f"{table}", np.floating, (None,))
        return cls(
            [fields[0] for fields in lines],
            [fields[1] for fields in lines],
            [tuple(fields[7].split("|")) if fields[7] else () for fields in lines],
            weights,
            unit_stored(read_array(vectors, np.int8, (len(lines), dimension)).astype(np.float32), f"vectors in {vectors}"),
            [fields[3] for fields in lines],
            everyday_line,
            own_line,
            below,
            concepts([fields[0] for fields in lines]) if concepts else None,
        )


def _label_rows(text: str, label_count: int, table: Path) -> Rows:
    if not text:  # as in most lines
        return _NO_LABELS
    rows = np.asarray(text.split("|"), dtype=np.int64)
    check_rows(rows, label_count, f"{table}")
    return rows
