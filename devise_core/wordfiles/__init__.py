"""Word vectors as others publish them, read a block at a time: nothing grows with the file but the set of words seen.

- GloVe text (Pennington et al., 2014): a line is a word and its numbers; the word may hold spaces (". . ." in ``glove.840B``);
- text with a first line "count dimension": fastText's ``.vec``, word2vec's text form;
- word2vec's binary form (Mikolov et al., 2013): the same first line, then word, space, ``float32 (d,)``, perhaps a line feed.

Each plain, gzipped, or in a zip: there the only such file, or the one named after the dimension asked for, as
``glove.6B.100d.txt`` is. Whatever the name, the content tells the format.

Queries are lower-cased, so words are too. Of words that differ in case only, the first, which is the most frequent, stays. ``_``
stays as it is.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import numpy as np

from devise_core.errors import WordVectorError
from devise_core.vectors import Floats
from devise_core.wordfiles.binary import read_binary
from devise_core.wordfiles.report import BINARY, GLOVE, TEXT, Fault, Part, WordReport
from devise_core.wordfiles.text import read_text, wrong_dimension

__all__ = ["Block", "Fault", "WordReport", "read_words"]

Block = tuple[list[str], Floats]
"""Words in the file's order, which is that of frequency, and their vectors ``float32 (n, d)``."""

_SNIFFED = 1 << 16
_HEADER = re.compile(rb"(\d+) (\d+)[ \t]*\r?\n")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FASTTEXT_MODEL = (793_712_314).to_bytes(4, "little")  # FASTTEXT_FILEFORMAT_MAGIC_INT32 in fastText's fasttext.cc
_GZIP = b"\x1f\x8b"
_IN_ZIP = (".txt", ".vec", ".bin")


def read_words(file: Path, report: WordReport, dimension: int | None = None) -> Iterator[Block]:
    """The blocks of ``file``, without what ``report`` counts as left out; ``dimension`` is what they must have, if given.

    Raises ``WordVectorError`` for a file that is missing, damaged, of no format above, or of another dimension.
    """
    report.file = file.name
    seen: set[str] = set()
    with ExitStack() as opened:
        try:
            for places, words, vectors in _parts(_stream(file, dimension, opened), report, dimension):
                names, kept = _usable(places, words, vectors, seen, report)
                report.words += len(names)
                if names:
                    yield names, kept
        except FileNotFoundError as error:
            raise WordVectorError(f"There are no word vectors at {file}: check the path.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:  # RuntimeError: a zip with a password
            raise WordVectorError(f"{file} cannot be read ({error}): download or unpack it again.") from error
    if not report.words:
        raise WordVectorError(f"{file} holds no usable word vector ({report}): check what it is, or download it again.")


def _stream(file: Path, dimension: int | None, opened: ExitStack) -> io.BufferedReader:
    raw: zipfile.ZipExtFile | gzip.GzipFile | io.BufferedReader
    if zipfile.is_zipfile(file):
        archive = opened.enter_context(zipfile.ZipFile(file))
        names = [name for name in archive.namelist() if name.endswith(_IN_ZIP) and not name.startswith("__MACOSX/")]
        raw = cast(zipfile.ZipExtFile, archive.open(_member(file, names, dimension)))
    else:
        raw = opened.enter_context(file.open("rb"))
        if raw.peek(2).startswith(_GZIP):
            raw = gzip.GzipFile(fileobj=raw)
    return opened.enter_context(io.BufferedReader(raw, _SNIFFED))


def _member(file: Path, names: Sequence[str], dimension: int | None) -> str:
    fitting = [name for name in names if len(names) == 1 or (dimension and re.search(rf"\b{dimension}d\.", name))]
    if len(fitting) != 1:
        asked = "no dimension" if dimension is None else f"dimension {dimension}"
        raise WordVectorError(
            f"{file} holds {', '.join(names) or 'no word vectors'}; received {asked}: "
            "give the dimension of one of them, or unpack the file you mean."
        )
    return fitting[0]


def _parts(stream: io.BufferedReader, report: WordReport, dimension: int | None) -> Iterator[Part]:
    """Tell the format by the first bytes, and read on as that."""
    head = stream.peek(_SNIFFED)[:_SNIFFED]
    if head.startswith(_FASTTEXT_MODEL):
        raise WordVectorError(f"{report.file} is a fastText model, not word vectors: give the .vec file published beside it.")
    header = _HEADER.match(head)
    if header is None:
        if b"\n" not in head or b"\x00" in head:
            raise WordVectorError(
                f"{report.file} is no file of word vectors: give GloVe or fastText text, or word2vec's binary form."
            )
        report.format = GLOVE
        return read_text(stream, report, dimension, 1)
    count, found = int(header[1]), int(header[2])
    if not found or found != (dimension or found):
        raise wrong_dimension(report, 1, dimension, found)
    stream.readline()
    report.dimension = found
    if _BINARY.search(head, header.end()):
        report.format = BINARY
        return read_binary(stream, report, count)
    report.format = TEXT
    return read_text(stream, report, found, 2, count)


def _usable(places: Sequence[int], words: Sequence[bytes], vectors: Floats, seen: set[str], report: WordReport) -> Block:
    """The rows that a store can hold, their words in lower case."""
    kept, names = [], []
    sizes = np.abs(vectors).max(axis=1).tolist() if len(vectors) else []
    for row, (place, word, size) in enumerate(zip(places, words, sizes, strict=True)):
        name = _name(word)
        fault = name if isinstance(name, Fault) else _unfit(size) or (Fault.REPEATED if name in seen else None)
        if fault:
            report.leave_out(fault, place)
            continue
        seen.add(name)
        kept.append(row)
        names.append(name)
    return names, vectors if len(kept) == len(vectors) else vectors[kept]


def _name(word: bytes) -> str | Fault:
    try:
        name = word.decode().lower()
    except UnicodeDecodeError:
        return Fault.NOT_UTF8
    if not name.strip():
        return Fault.NO_WORD
    return Fault.LINE_FEED if "\n" in name else name


def _unfit(size: float) -> Fault | None:
    """``size``: the largest number of a vector, its sign apart."""
    if not np.isfinite(size):
        return Fault.NOT_FINITE
    return Fault.ZERO if size < np.finfo(np.float32).tiny else None
