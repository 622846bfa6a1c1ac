"""Lines of a word and its numbers."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO

import numpy as np

from devise_core.errors import WordVectorError
from devise_core.vectors import Floats
from devise_core.wordfiles.report import Fault, Part, WordReport

LINES_AT_A_TIME = 2_000
LINES_SNIFFED = 100
_OF_NUMBERS = b"0123456789+-.eE \n"


def read_text(stream: BinaryIO, report: WordReport, dimension: int | None, first: int, count: int = 0) -> Iterator[Part]:
    """The rest of ``stream``, whose next line has the number ``first``; ``count``: how many words were promised.

    Raises ``WordVectorError`` where most of the first lines have another number of numbers than ``dimension``.
    """
    sniffed = list(islice(stream, LINES_SNIFFED))
    report.dimension = _usual_dimension(sniffed, report, dimension, first)
    lines, at = chain(sniffed, stream), first
    while block := list(islice(lines, LINES_AT_A_TIME)):
        yield _part(block, at, report)
        at += len(block)
    if at - first < count:
        report.leave_out(Fault.MISSING, at, count - (at - first))


def wrong_dimension(report: WordReport, line: int, expected: int | None, received: int) -> WordVectorError:
    """The error for ``line``, the first of many like it."""
    if not received:
        return WordVectorError(
            f"{report.file}, line {line}: expected a word and {expected or 'its'} numbers, received no number; "
            "give a file of word vectors."
        )
    return WordVectorError(
        f"{report.file}, line {line}: expected {expected} numbers, received {received}; ask for the dimension "
        f"{received}, or give a file of {expected}-d vectors."
    )


def _usual_dimension(lines: Sequence[bytes], report: WordReport, expected: int | None, first: int) -> int:
    lengths = [_numbers_at_end(line) for line in lines]
    usual = Counter(lengths).most_common(1)[0][0] if lengths else 0
    if not usual or usual != (expected or usual):
        raise wrong_dimension(report, first + (lengths.index(usual) if lengths else 0), expected, usual)
    return usual


def _numbers_at_end(line: bytes) -> int:
    tokens = line.split()[1:]
    return next((count for count, token in enumerate(reversed(tokens)) if not _is_number(token)), len(tokens))


def _is_number(token: bytes) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return b"_" not in token


def _part(lines: Sequence[bytes], first: int, report: WordReport) -> Part:
    """``first``: the number of the first of ``lines``."""
    rows: list[tuple[int, bytes, bytes]] = []
    for place, line in enumerate(lines, first):
        word, tail, fault = _split(line.rstrip(b" \r\n"), report.dimension)
        if fault is None:
            rows.append((place, word, tail))
        else:
            report.leave_out(fault, place)
    try:
        vectors = _parsed([tail for *_, tail in rows], report.dimension)
    except ValueError:  # one of them is no number: find out which
        fine = [all(map(_is_number, tail.split(b" "))) for *_, tail in rows]
        for (place, *_), good in zip(rows, fine, strict=True):
            if not good:
                report.leave_out(Fault.NO_NUMBER, place)
        rows = [row for row, good in zip(rows, fine, strict=True) if good]
        values = [[float(token) for token in tail.split(b" ")] for *_, tail in rows]
        with np.errstate(over="ignore"):
            vectors = np.array(values, dtype=np.float64).astype(np.float32).reshape(-1, report.dimension)
    return [place for place, *_ in rows], [word for _, word, _ in rows], vectors


def _split(line: bytes, dimension: int) -> tuple[bytes, bytes, Fault | None]:
    """The word of a line, and its numbers with single spaces between; or what is wrong."""
    word, _, tail = line.partition(b" ")
    if tail and tail.count(b" ") == dimension - 1:
        return word, tail, None
    tokens = line.split(b" ")
    if len(tokens) <= dimension:
        return word, tail, Fault.TOO_FEW if line else Fault.NO_WORD
    if _is_number(tokens[-dimension - 1]):
        return word, tail, Fault.TOO_MANY
    return b" ".join(tokens[:-dimension]), b" ".join(tokens[-dimension:]), None


def _parsed(tails: Sequence[bytes], dimension: int) -> Floats:
    """``float32 (n, d)`` of ``n`` lines of numbers. Raises ``ValueError`` where one is none.

    pandas reads 18 million numbers a second here; ``np.fromstring``, ``np.loadtxt`` and ``np.array(line.split())`` about 5.
    """
    import pandas as pd

    if not tails:
        return np.empty((0, dimension), dtype=np.float32)
    lines = b"\n".join(tails)
    if lines.translate(None, _OF_NUMBERS):  # pandas would read "True" as 1 and a carriage return as a line's end
        raise ValueError("Something that is no plain number.")
    with np.errstate(over="ignore"):  # what is beyond float32 becomes infinite, and is left out as such
        table = pd.read_csv(io.BytesIO(lines), sep=" ", header=None, na_filter=False, dtype=np.float32)
    return np.ascontiguousarray(table.to_numpy(), dtype=np.float32)
