"""Read text files of word vectors: each line is a word and its numbers."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO

import numpy as np

from devise_core.errors import WordVectorError
from devise_core.vectors import Floats
from devise_core.wordfiles.report import Fault, RawBlock, WordReport

BLOCK_LINES = 2_000
HEAD_LINES = 100
"""How many lines at the start are read to detect the dimension. The dimension that most of these lines have is used."""
_NUMERIC_BYTES = b"0123456789+-.eE \n"


def read_text(stream: BinaryIO, report: WordReport, dimension: int | None, first: int, count: int = 0) -> Iterator[RawBlock]:
    """Read the rest of a text file.

    Args:
        stream: The file after its header, if it has one.
        report: Filled in with the dimension and with the number of faulty lines.
        dimension: The required dimension, or None to accept any.
        first: The line number of the next line in ``stream``, from 1.
        count: How many words the header announces, or 0 without a header.

    Yields:
        Blocks of line numbers, words, and vectors ``float32 (n, d)``.

    Raises:
        WordVectorError: If most of the first lines have no numbers, or not ``dimension`` numbers.
    """
    head = list(islice(stream, HEAD_LINES))
    report.dimension = _detect_dimension(head, report, dimension, first)
    lines, number = chain(head, stream), first
    while block := list(islice(lines, BLOCK_LINES)):
        yield _parse_block(block, number, report)
        number += len(block)
    if number - first < count:
        report.leave_out(Fault.MISSING, number, count - (number - first))


def dimension_error(report: WordReport, line: int, expected: int | None, received: int) -> WordVectorError:
    """Return the error for a file whose vectors do not have the expected dimension.

    Args:
        report: Its ``file`` names the file in the error.
        line: The line number, from 1, of a line with the dimension that most lines have.
        expected: The expected dimension, or None if any dimension is accepted.
        received: The dimension that the line has, or 0 if it has no numbers.
    """
    if not received:
        return WordVectorError(
            f"{report.file}, line {line}: expected a word and {expected or 'its'} numbers, received no number. "
            "Use a file of word vectors."
        )
    return WordVectorError(
        f"{report.file}, line {line}: expected {expected} numbers, received {received}. Use the dimension {received}, or a file of "
        f"{expected}-d vectors."
    )


def _detect_dimension(lines: Sequence[bytes], report: WordReport, expected: int | None, first: int) -> int:
    lengths = [_trailing_numbers(line) for line in lines]
    usual = Counter(lengths).most_common(1)[0][0] if lengths else 0
    if not usual or usual != (expected or usual):
        raise dimension_error(report, first + (lengths.index(usual) if lengths else 0), expected, usual)
    return usual


def _trailing_numbers(line: bytes) -> int:
    """Return how many numbers a line ends with, not counting its first token."""
    tokens = line.split()[1:]
    return next((count for count, token in enumerate(reversed(tokens)) if not _is_number(token)), len(tokens))


def _is_number(token: bytes) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return b"_" not in token


def _parse_block(lines: Sequence[bytes], first: int, report: WordReport) -> RawBlock:
    """Parse consecutive lines. ``first`` is the line number of the first of these lines."""
    rows: list[tuple[int, bytes, bytes]] = []
    for number, line in enumerate(lines, first):
        word, numbers, fault = _split(line.rstrip(b" \r\n"), report.dimension)
        if fault is None:
            rows.append((number, word, numbers))
        else:
            report.leave_out(fault, number)
    try:
        vectors = _parse_numbers([numbers for *_, numbers in rows], report.dimension)
    except ValueError:  # a value is not a number, so each line is checked to find it
        valid = [all(map(_is_number, numbers.split(b" "))) for *_, numbers in rows]
        for (number, *_), is_valid in zip(rows, valid, strict=True):
            if not is_valid:
                report.leave_out(Fault.NO_NUMBER, number)
        rows = [row for row, is_valid in zip(rows, valid, strict=True) if is_valid]
        values = [[float(token) for token in numbers.split(b" ")] for *_, numbers in rows]
        with np.errstate(over="ignore"):
            vectors = np.array(values, dtype=np.float64).astype(np.float32).reshape(-1, report.dimension)
    return [number for number, *_ in rows], [word for _, word, _ in rows], vectors


def _split(line: bytes, dimension: int) -> tuple[bytes, bytes, Fault | None]:
    """Split a line into its word and the text of its numbers. The third value is the fault of the line, or None."""
    word, _, numbers = line.partition(b" ")
    if numbers and numbers.count(b" ") == dimension - 1:
        return word, numbers, None
    tokens = line.split(b" ")
    if len(tokens) <= dimension:
        return word, numbers, Fault.TOO_FEW if line else Fault.NO_WORD
    if _is_number(tokens[-dimension - 1]):
        return word, numbers, Fault.TOO_MANY
    return b" ".join(tokens[:-dimension]), b" ".join(tokens[-dimension:]), None


def _parse_numbers(lines: Sequence[bytes], dimension: int) -> Floats:
    """Parse ``n`` lines of numbers to ``float32 (n, d)``.

    pandas parses 18 million numbers per second here. ``np.fromstring``, ``np.loadtxt`` and ``np.array(line.split())`` parse about
    5 million.

    Raises:
        ValueError: If a value is not a plain number.
    """
    import pandas as pd

    if not lines:
        return np.empty((0, dimension), dtype=np.float32)
    text = b"\n".join(lines)
    if text.translate(None, _NUMERIC_BYTES):  # pandas would read "True" as 1, and a carriage return as the end of a line
        raise ValueError("A value is not a plain number.")
    with np.errstate(over="ignore"):  # a number beyond float32 becomes infinite and is left out later
        table = pd.read_csv(io.BytesIO(text), sep=" ", header=None, na_filter=False, dtype=np.float32)
    return np.ascontiguousarray(table.to_numpy(), dtype=np.float32)
