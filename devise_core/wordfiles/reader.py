"""Read a file of word vectors in blocks, so that the vectors are never all in memory at once.

The formats are:

- GloVe text (Pennington et al., 2014): each line is a word and its numbers. A word may contain spaces (". . ." in ``glove.840B``).
- Text with a header: the first line is the number of words, a space and the dimension. fastText's ``.vec`` files and
  word2vec's text files have this format.
- word2vec binary (Mikolov et al., 2013): the same header, then one record per word. A record is the word, a space and
  ``float32 (d,)``, in some files followed by a line feed.

Each file may be plain, gzipped or in a zip. In a zip with several files, exactly one name must state the requested
dimension, such as ``glove.6B.100d.txt`` for 100. The format is detected from the content, not from the name.

Words are converted to lower case, as queries are. If several words differ only in case, the first and thus most frequent one is
kept. Underscores are not replaced.
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
from devise_core.wordfiles.report import BINARY, GLOVE, TEXT, Fault, RawBlock, WordReport
from devise_core.wordfiles.text import dimension_error, read_text

Block = tuple[list[str], Floats]
"""Words in the order of the file, most frequent first, and their vectors ``float32 (n, d)``."""

_HEAD_BYTES = 1 << 16
_HEADER = re.compile(rb"(\d+) (\d+)[ \t]*\r?\n")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FASTTEXT_MODEL = (793_712_314).to_bytes(4, "little")  # FASTTEXT_FILEFORMAT_MAGIC_INT32 in fastText's fasttext.cc
_GZIP = b"\x1f\x8b"
_ZIP_SUFFIXES = (".txt", ".vec", ".bin")


def read_words(file: Path, report: WordReport, dimension: int | None = None) -> Iterator[Block]:
    """Read the word vectors of ``file``.

    Args:
        file: The path of the file.
        report: Filled in while the blocks are read. It counts the words and what was left out.
        dimension: The required dimension, or None to accept any.

    Yields:
        Blocks of words in lower case and their vectors ``float32 (n, d)``, without faulty entries.

    Raises:
        WordVectorError: If the file is missing, damaged, in another format or of another dimension, or has no usable vector.
    """
    report.file = file.name
    seen: set[str] = set()
    with ExitStack() as stack:
        try:
            for positions, words, vectors in _raw_blocks(_open(file, dimension, stack), report, dimension):
                names, usable = _usable(positions, words, vectors, seen, report)
                report.words += len(names)
                if names:
                    yield names, usable
        except FileNotFoundError as error:
            raise WordVectorError(f"There are no word vectors at {file}. Check the path.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:  # RuntimeError: a zip with a password
            raise WordVectorError(f"{file} cannot be read ({error}). Download or unpack it again.") from error
    if not report.words:
        raise WordVectorError(f"{file} holds no usable word vector ({report}). Check the file, or download it again.")


def _open(file: Path, dimension: int | None, stack: ExitStack) -> io.BufferedReader:
    """Open a plain, gzipped or zipped file. ``stack`` closes it."""
    raw: zipfile.ZipExtFile | gzip.GzipFile | io.BufferedReader
    if zipfile.is_zipfile(file):
        archive = stack.enter_context(zipfile.ZipFile(file))
        names = [name for name in archive.namelist() if name.endswith(_ZIP_SUFFIXES) and not name.startswith("__MACOSX/")]
        raw = cast(zipfile.ZipExtFile, archive.open(_member(file, names, dimension)))
    else:
        raw = stack.enter_context(file.open("rb"))
        if raw.peek(2).startswith(_GZIP):
            raw = gzip.GzipFile(fileobj=raw)
    return stack.enter_context(io.BufferedReader(raw, _HEAD_BYTES))


def _member(file: Path, names: Sequence[str], dimension: int | None) -> str:
    """Return the name of the file to read in a zip: the only name, or else the only one that states the dimension.

    Raises:
        WordVectorError: No name, or more than one, fits.
    """
    matches = [name for name in names if len(names) == 1 or (dimension and re.search(rf"\b{dimension}d\.", name))]
    if len(matches) != 1:
        requested = "no dimension" if dimension is None else f"dimension {dimension}"
        raise WordVectorError(
            f"{file} holds {', '.join(names) or 'no word vectors'}. Received: {requested}. "
            "Give the dimension of the file that you want, or unpack that file."
        )
    return matches[0]


def _raw_blocks(stream: io.BufferedReader, report: WordReport, dimension: int | None) -> Iterator[RawBlock]:
    """Detect the format from the first bytes and read the file in that format."""
    head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    if head.startswith(_FASTTEXT_MODEL):
        raise WordVectorError(f"{report.file} is a fastText model, not word vectors. Use the .vec file that is published with it.")
    header = _HEADER.match(head)
    if header is None:
        if b"\n" not in head or b"\x00" in head:
            raise WordVectorError(
                f"{report.file} is not a file of word vectors. Use a text file of GloVe or fastText, or a binary file of word2vec."
            )
        report.format = GLOVE
        return read_text(stream, report, dimension, 1)
    count, stated = int(header[1]), int(header[2])
    if not stated or stated != (dimension or stated):
        raise dimension_error(report, 1, dimension, stated)
    stream.readline()
    report.dimension = stated
    if _BINARY.search(head, header.end()):
        report.format = BINARY
        return read_binary(stream, report, count)
    report.format = TEXT
    return read_text(stream, report, stated, 2, count)


def _usable(positions: Sequence[int], words: Sequence[bytes], vectors: Floats, seen: set[str], report: WordReport) -> Block:
    """Return the entries without a fault, with their words in lower case. Entries with a fault are counted in ``report``."""
    rows, names = [], []
    magnitudes = np.abs(vectors).max(axis=1).tolist() if len(vectors) else []
    for row, (position, word, magnitude) in enumerate(zip(positions, words, magnitudes, strict=True)):
        name = _decoded(word)
        fault = name if isinstance(name, Fault) else _vector_fault(magnitude) or (Fault.REPEATED if name in seen else None)
        if fault:
            report.leave_out(fault, position)
            continue
        seen.add(name)
        rows.append(row)
        names.append(name)
    return names, vectors if len(rows) == len(vectors) else vectors[rows]


def _decoded(word: bytes) -> str | Fault:
    try:
        name = word.decode().lower()
    except UnicodeDecodeError:
        return Fault.NOT_UTF8
    if not name.strip():
        return Fault.NO_WORD
    return Fault.LINE_FEED if "\n" in name else name


def _vector_fault(magnitude: float) -> Fault | None:
    """Return the fault, if any, of a vector whose largest absolute number is ``magnitude``."""
    if not np.isfinite(magnitude):
        return Fault.NOT_FINITE
    return Fault.ZERO if magnitude < np.finfo(np.float32).tiny else None
