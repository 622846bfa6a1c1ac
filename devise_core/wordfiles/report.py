"""What a reader of word vectors hands on, and its account of what it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from devise_core.vectors import Floats

Part = tuple[Sequence[int], list[bytes], Floats]
"""The lines or records, the words there and their vectors, which nobody has looked at yet."""

GLOVE, TEXT, BINARY = "GloVe text", "text with a first line", "word2vec binary"


class Fault(StrEnum):
    """Why a line, or a record of a binary file, was left out."""

    TOO_FEW = "too few numbers"
    TOO_MANY = "too many numbers"
    NO_NUMBER = "something that is no number"
    NOT_FINITE = "a number that is not finite"
    ZERO = "a vector of length zero"
    NO_WORD = "no word"
    NOT_UTF8 = "a word that is not UTF-8"
    LINE_FEED = "a word with a line feed"
    REPEATED = "a word again, case apart"
    MISSING = "promised by the first line and not there"


@dataclass
class WordReport:
    """What was read of a file, filled in as its blocks are drawn. ``first``: the line, or record, where a fault first showed."""

    file: str = ""
    format: str = ""
    dimension: int = 0
    words: int = 0
    left_out: Counter[Fault] = field(default_factory=Counter)
    first: dict[Fault, int] = field(default_factory=dict)

    def leave_out(self, fault: Fault, place: int, count: int = 1) -> None:
        self.left_out[fault] += count
        self.first.setdefault(fault, place)

    def __str__(self) -> str:
        place = "record" if self.format == BINARY else "line"
        faults = ", ".join(
            f"{count:,} × {fault} (first: {place} {self.first[fault]:,})" for fault, count in self.left_out.most_common()
        )
        return f"{self.words:,} words × {self.dimension} from {self.file} ({self.format}); left out: {faults or 'nothing'}"
