"""The word store: a vocabulary in order of frequency and its vectors, memory-mapped.

Three files: ``words.txt`` (one word a line, the most frequent first), ``word_vectors.npy`` (``int8 (n, d)``) and
``word_scales.npy`` (``float32 (n,)``). Opening reads the words only; a search reads the vectors through the page cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import ArtifactError
from devise_core.vectors import Bytes, Floats, cosines, largest, lengths, unit

SPELLING_POOL = 200_000
"""Suggestions come from the most frequent words: rarer ones are mostly misspellings themselves."""

REMEMBERED = 4_096
"""Rows of words looked up: a scan for one that is not there takes milliseconds, and a query may repeat it hundreds of times."""

_ZIPF_OFFSET = 2.7
"""Mandelbrot's correction to Zipf's law for English: the probability of the word at rank r goes as 1 / (r + 2.7)."""


class WordStore:
    """``len(store)`` words of ``store.dimension`` numbers each."""

    def __init__(self, words: bytes, vectors: Bytes, scales: Floats) -> None:
        self._text = b"\n" + words.rstrip(b"\n") + b"\n"
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        self._starts = ends.astype(np.uint32)  # the line of word i lies between starts[i] and starts[i + 1]
        self.vectors, self.scales = vectors, scales
        self._rows: dict[str, int] | None = None
        self._met: dict[str, int | None] = {}
        self._measured: dict[bytes, Floats] = {}
        if not len(self) == len(vectors) == len(scales):
            raise ArtifactError(
                f"The word store is inconsistent: {len(self)} words, {len(vectors)} vectors, "
                f"{len(scales)} scales; restore all three files together."
            )

    @classmethod
    def open(cls, words: Path, vectors: Path, scales: Path) -> WordStore:
        return cls(words.read_bytes(), np.load(vectors, mmap_mode="r"), np.load(scales, mmap_mode="r"))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def dimension(self) -> int:
        return int(self.vectors.shape[1])

    def __contains__(self, word: str) -> bool:
        return self.row(word) is not None

    def row(self, word: str) -> int | None:
        """The row of ``word``, which is also its rank by frequency; None for an unknown word."""
        if self._rows is not None:
            return self._rows.get(word)
        if not word or "\n" in word:
            return None
        # A scan in order of frequency: most words people type are found in the first few kilobytes, and no
        # dictionary of the whole vocabulary has to be built before the first answer.
        if word not in (met := self._met):
            at = self._text.find(f"\n{word}\n".encode())
            if len(met) >= REMEMBERED:
                self._met = met = {}
            met[word] = None if at < 0 else int(np.searchsorted(self._starts, at))
        return met[word]

    def completions(self, prefix: str) -> Iterator[str]:
        """Words that go on from ``prefix`` in lower case, the most frequent first."""
        at, start = 0, f"\n{prefix}".encode()
        while "\n" not in prefix and (at := self._text.find(start, at)) >= 0:
            end = self._text.find(b"\n", at + 1)
            if end > at + len(start):
                yield self._text[at + 1 : end].decode()
            at = end

    def index_words(self) -> WordStore:
        """Build a dictionary of all words (0.1 s, 40 MB), for a job that looks up thousands; returns the store."""
        text = self._text[1:-1].decode()
        self._rows = {word: row for row, word in enumerate(text.split("\n"))}
        return self

    def word(self, row: int) -> str:
        return self._text[int(self._starts[row]) + 1 : int(self._starts[row + 1])].decode()

    def unit(self, rows: Sequence[int]) -> Floats:
        """The vectors of ``rows`` scaled to length 1, ``float32 (len(rows), d)``."""
        return unit(self.vectors[np.asarray(rows, dtype=np.int64)].astype(np.float32))

    def raw(self, rows: Sequence[int]) -> Floats:
        """The vectors of ``rows`` as they were trained, ``float32 (len(rows), d)``, to the precision of int8."""
        places = np.asarray(rows, dtype=np.int64)
        return np.asarray(self.vectors[places] * self.scales[places, None], dtype=np.float32)

    def rarity(self, rows: Sequence[int], a: float = 1e-4) -> Floats:
        """Weights ``a / (a + p(word))`` from 0 to 1: near 0 for "the", near 1 for "violin".

        Smooth inverse frequency (Arora et al., 2017, "A simple but tough-to-beat baseline for sentence embeddings"),
        with p from a word's rank by Zipf's law.
        """
        total = np.log(len(self) / _ZIPF_OFFSET + 1)  # the integral of 1 / (r + 2.7) over all ranks
        p = 1 / (np.asarray(rows, dtype=np.float64) + _ZIPF_OFFSET) / total
        return np.asarray(a / (a + p), dtype=np.float32)

    def nearest(self, vector: Floats, k: int, directions: Floats | None = None, among: int | None = None) -> list[WordHit]:
        """The ``k`` words nearest to a unit ``vector`` ``(d,)``, exactly, over the whole vocabulary or its ``among`` most frequent.

        ``directions``: as in ``vectors.cosines``, for a vector from the space of the pictures.
        """
        scores = cosines(vector, self.vectors[:among], self._lengths(directions)[:among])
        return [WordHit(self.word(int(row)), float(scores[row])) for row in largest(scores, k)]

    def spellings(self, word: str, k: int = 5) -> list[str]:
        """Up to ``k`` known words that are spelled like ``word``, nearest first, then the more frequent."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        longest = len(word) // 3  # more than a third of the letters wrong is another word
        found = process.extract(word, self._frequent, scorer=OSA.distance, score_cutoff=longest, limit=None)
        return [near for near, _, _ in sorted(found, key=lambda match: (match[1], match[2]))[:k]]

    def _lengths(self, directions: Floats | None) -> Floats:
        """Of every row, without ``directions``: measured once."""
        key = b"" if directions is None else directions.tobytes()
        if key not in self._measured:
            self._measured[key] = lengths(self.vectors, directions)
        return self._measured[key]

    @cached_property
    def _frequent(self) -> list[str]:
        end = int(self._starts[min(len(self), SPELLING_POOL)])
        return [word for word in self._text[1:end].decode().split("\n") if word[0].isalpha()]
