"""Helpers that write and read small files of word vectors."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.vectors import Floats
from devise_core.wordfiles import WordReport, read_words
from tests.fakes import VECTORS, WORDS

LINES = [f"{word} {' '.join(map(str, vector))}" for word, vector in zip(WORDS, VECTORS.tolist(), strict=True)]
GLOVE = "\n".join(LINES) + "\n"


def binary(words: Sequence[bytes], vectors: Floats, end: bytes = b"\n", count: int | None = None) -> bytes:
    """Return a word2vec binary file. ``count`` is the number of words in the header."""
    records = [word + b" " + struct.pack(f"<{len(row)}f", *row) + end for word, row in zip(words, vectors, strict=True)]
    return f"{len(words) if count is None else count} {vectors.shape[1]}\n".encode() + b"".join(records)


def saved(path: Path, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(path: Path, **members: str) -> Path:
    """Write a zip file and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def read(file: Path, dimension: int | None = None) -> tuple[list[str], Floats, WordReport]:
    """Read all words of a file, their vectors ``(n, d)`` and the report."""
    report = WordReport()
    blocks = list(read_words(file, report, dimension))
    return [word for words, _ in blocks for word in words], np.concatenate([vectors for _, vectors in blocks]), report
