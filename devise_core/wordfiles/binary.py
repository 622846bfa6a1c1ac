"""Read the records of a word2vec binary file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from devise_core.errors import WordVectorError
from devise_core.wordfiles.report import RawBlock, WordReport

BLOCK_BYTES = 1 << 22


def read_binary(stream: BinaryIO, report: WordReport, count: int) -> Iterator[RawBlock]:
    """Read ``count`` records.

    Args:
        stream: The file after its header.
        report: Its ``dimension`` says how many numbers a vector has. Its ``file`` names the file in errors.
        count: How many records the header announces.

    Yields:
        Blocks of record numbers (from 1), words, and vectors ``float32 (n, d)``.

    Raises:
        WordVectorError: If the file does not end after ``count`` records.
    """
    size, done, rest = 4 * report.dimension, 0, b""
    while done < count:
        buffer = rest + stream.read(max(BLOCK_BYTES, 2 * size))
        words: list[bytes] = []
        vectors: list[bytes] = []
        start = 0
        while done + len(words) < count:
            space = buffer.find(b" ", start)
            end = space + 1 + size
            if space < 0 or end > len(buffer):
                break
            words.append(buffer[start:space].lstrip(b"\n"))
            vectors.append(buffer[space + 1 : end])
            start = end
        if not words:
            raise WordVectorError(
                f"{report.file} ends within record {done + 1:,} of {count:,}, or is damaged there. Download it again."
            )
        values = np.frombuffer(b"".join(vectors), dtype="<f4").astype(np.float32)
        yield range(done + 1, done + 1 + len(words)), words, values.reshape(-1, report.dimension)
        done, rest = done + len(words), buffer[start:]
    if (rest + stream.read(2)).strip(b"\n"):
        raise WordVectorError(f"{report.file} continues after the {count:,} words that its header announces. Download it again.")
