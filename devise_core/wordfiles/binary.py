"""word2vec's binary form, after its first line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from devise_core.errors import WordVectorError
from devise_core.wordfiles.report import Part, WordReport

BYTES_AT_A_TIME = 1 << 22


def read_binary(stream: BinaryIO, report: WordReport, count: int) -> Iterator[Part]:
    """Raises ``WordVectorError`` where the file does not end after ``count`` records."""
    size, done, rest = 4 * report.dimension, 0, b""
    while done < count:
        buffer = rest + stream.read(max(BYTES_AT_A_TIME, 2 * size))
        words: list[bytes] = []
        vectors: list[bytes] = []
        at = 0
        while done + len(words) < count:
            space = buffer.find(b" ", at)
            end = space + 1 + size
            if space < 0 or end > len(buffer):
                break
            words.append(buffer[at:space].lstrip(b"\n"))
            vectors.append(buffer[space + 1 : end])
            at = end
        if not words:
            raise WordVectorError(
                f"{report.file} ends within record {done + 1:,} of {count:,}, or is damaged there: download it again."
            )
        values = np.frombuffer(b"".join(vectors), dtype="<f4").astype(np.float32)
        yield range(done + 1, done + 1 + len(words)), words, values.reshape(-1, report.dimension)
        done, rest = done + len(words), buffer[at:]
    if (rest + stream.read(2)).strip(b"\n"):
        raise WordVectorError(f"{report.file} goes on after the {count:,} words that its first line promises: download it again.")
