"""The report on reading a file of word vectors: how many words were read, and which entries were left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from devise_core.vectors import Floats

RawBlock = tuple[Sequence[int], list[bytes], Floats]
"""The line or record numbers of a block, and its words and vectors ``float32 (n, d)``, none of them checked yet."""

GLOVE, TEXT, BINARY = "GloVe text", "text with a header", "word2vec binary"


class Fault(StrEnum):
    """Why a line of a text file or a record of a binary file was left out."""

    TOO_FEW = "too few numbers"
    TOO_MANY = "too many numbers"
    NO_NUMBER = "a value that is not a number"
    NOT_FINITE = "a number that is not finite"
    ZERO = "a vector of zeros"
    NO_WORD = "no word"
    NOT_UTF8 = "a word that is not UTF-8"
    LINE_FEED = "a word with a line feed"
    REPEATED = "a repeated word"
    MISSING = "announced by the header but missing"


@dataclass
class WordReport:
    """What was read from a file. The report is filled in while the blocks are read.

    An entry is a line of a text file or a record of a binary file.

    Attributes:
        file: The name of the file.
        format: ``GLOVE``, ``TEXT`` or ``BINARY``.
        dimension: How many numbers each vector has.
        words: How many words were read.
        left_out: How many entries were left out because of each fault.
        first: The line or record number of the first entry with each fault.
    """

    file: str = ""
    format: str = ""
    dimension: int = 0
    words: int = 0
    left_out: Counter[Fault] = field(default_factory=Counter)
    first: dict[Fault, int] = field(default_factory=dict)

    def leave_out(self, fault: Fault, position: int, count: int = 1) -> None:
        """Count entries that are left out.

        Args:
            fault: Why the entries are left out.
            position: The line or record number of the first of these entries, from 1.
            count: How many entries are left out.
        """
        self.left_out[fault] += count
        self.first.setdefault(fault, position)

    def __str__(self) -> str:
        """Describe the result in one line."""
        unit = "record" if self.format == BINARY else "line"
        faults = ", ".join(
            f"{count:,} × {fault} (first: {unit} {self.first[fault]:,})" for fault, count in self.left_out.most_common()
        )
        return f"{self.words:,} words × {self.dimension} from {self.file} ({self.format}); left out: {faults or 'nothing'}"
