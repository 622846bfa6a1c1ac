"""The word store: a vocabulary in order of frequency and its vectors, memory-mapped.

There are three files: ``words.txt`` (one word per line, the most frequent first), ``word_vectors.npy`` (``int8 (n, d)``) and
``word_scales.npy`` (``float32 (n,)``). Opening the store does not read the vectors. A search reads them from disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_array, read_bytes
from devise_core.text.spelling_filter import SpellingFilter
from devise_core.text.word_hashes import WordHashes
from devise_core.vectors import Bytes, Floats, cosines, largest, row_lengths, unit_stored

SPELLING_POOL = 200_000
"""Spelling suggestions come from this many of the most frequent words. Rarer words are mostly misspellings themselves."""

SCANNED_BYTES = 100_000
"""How many bytes at the start of ``words.txt`` are scanned for a word. They hold about ten thousand of the most frequent words. The
scan finds these words without waiting until the hashes of all words are computed."""

FIRST = 5_000
"""How many of the most frequent words are kept in a dictionary, for code that looks up hundreds of words at a time."""

KEPT_ROWS = 4_096
"""How many words that were looked up are kept with their rows. One query looks up each of its words about ten times."""

_ZIPF_OFFSET = 2.7
"""Mandelbrot's correction to Zipf's law for English: the probability of the word at rank r is proportional to 1 / (r + 2.7)."""


class WordStore:
    """Words with their vectors, in order of frequency.

    Args:
        words: The content of ``words.txt``.
        vectors: One row for each word, ``int8 (n, d)``.
        scales: The factor to multiply each row by, ``float32 (n,)``.

    Raises:
        ArtifactError: The number of vectors or of scales differs from the number of words.
    """

    def __init__(self, words: bytes, vectors: Bytes, scales: Floats) -> None:
        self._text = b"\n" + words.rstrip(b"\n") + b"\n"
        ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == ord("\n"))
        self._starts = ends.astype(np.uint32)  # the line of word i is between starts[i] and starts[i + 1]
        self.vectors, self.scales = vectors, scales
        self._all_rows: dict[str, int] | None = None
        self._lengths: dict[bytes, Floats] = {}
        self._looked_up: dict[str, tuple[int | None]] = {}
        if not len(self) == len(vectors) == len(scales):
            raise ArtifactError(
                f"words.txt has {len(self)} words, word_vectors.npy {len(vectors)} vectors and word_scales.npy "
                f"{len(scales)} scales. Restore all three files together."
            )

    @classmethod
    def open(cls, words: Path, vectors: Path, scales: Path) -> WordStore:
        """Open the three files of a word store.

        Args:
            words: ``words.txt``, one word on each line, the most frequent first.
            vectors: ``int8 (n, d)``, a row for each word.
            scales: ``float32 (n,)``, the factor to multiply each row by.

        Returns:
            The store. Its vectors stay on disk.

        Raises:
            ArtifactError: A file is missing or damaged, or the files do not belong together.
        """
        return cls(
            read_bytes(words),
            read_array(vectors, np.int8, (None, None), mapped=True),
            read_array(scales, np.float32, (None,), mapped=True),
        )

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def dimension(self) -> int:
        """The dimension ``d`` of the vectors."""
        return int(self.vectors.shape[1])

    def __contains__(self, word: str) -> bool:
        return self.row(word) is not None

    def row(self, word: str) -> int | None:
        """Return the row of ``word``, which equals its frequency rank, or None if the word is unknown."""
        if self._all_rows is not None:
            return self._all_rows.get(word)
        entry = self._looked_up.get(word)
        if entry is None:
            entry = self._remember(word, self._find(word))
        return entry[0]

    def _remember(self, word: str, row: int | None) -> tuple[int | None]:
        """Keep the row of a word, so that the next look-up of this word does not wait for the hashes."""
        if len(self._looked_up) >= KEPT_ROWS:
            self._looked_up.clear()
        entry = self._looked_up[word] = (row,)
        return entry

    def _find(self, word: str) -> int | None:
        if not word or "\n" in word:
            return None
        if "_hashes" not in self.__dict__:
            at = self._text.find(f"\n{word}\n".encode(), 0, SCANNED_BYTES)
            if at >= 0:
                return int(np.searchsorted(self._starts, at))
        return next((row for row in self._hashes.rows(word) if self.word(row) == word), None)

    def completions(self, prefix: str) -> Iterator[str]:
        """Yield words that start with ``prefix``, in lower case, the most frequent first."""
        at, start = 0, f"\n{prefix}".encode()
        while "\n" not in prefix and (at := self._text.find(start, at)) >= 0:
            end = self._text.find(b"\n", at + 1)
            if end > at + len(start):
                word = self._text[at + 1 : end].decode(errors="replace")
                self._remember(word, int(np.searchsorted(self._starts, at)))
                yield word
            at = end

    def index_words(self) -> WordStore:
        """Build a dictionary of all words (0.1 s, 40 MB), for a job that looks up thousands of words. Return the store."""
        text = self._text[1:-1].decode(errors="replace")
        self._all_rows = {word: row for row, word in enumerate(text.split("\n"))}
        return self

    def word(self, row: int) -> str:
        """Return the word at ``row``."""
        return self._text[int(self._starts[row]) + 1 : int(self._starts[row + 1])].decode(errors="replace")

    def unit(self, rows: Sequence[int]) -> Floats:
        """Return the vectors of ``rows`` scaled to length 1, ``float32 (len(rows), d)``."""
        return unit_stored(self.vectors[np.asarray(rows, dtype=np.int64)].astype(np.float32), "word vectors in word_vectors.npy")

    def raw(self, rows: Sequence[int]) -> Floats:
        """Return the vectors of ``rows`` as they were trained, to the precision of int8, ``float32 (len(rows), d)``."""
        places = np.asarray(rows, dtype=np.int64)
        return np.asarray(self.vectors[places] * self.scales[places, None], dtype=np.float32)

    def rarity(self, rows: Sequence[int], a: float = 1e-4) -> Floats:
        """Return the weights of words by how rare they are: near 0 for "the", near 1 for "violin".

        This is smooth inverse frequency (Arora et al., 2017, "A simple but tough-to-beat baseline for sentence embeddings"),
        where the probability p of a word is estimated from its rank by Zipf's law.

        Args:
            rows: The rows ``(m,)`` of the words, which equal their frequency ranks.
            a: A word with this probability gets the weight one half.

        Returns:
            ``a / (a + p(word))``, from 0 to 1, ``float32 (m,)``.
        """
        total = np.log(len(self) / _ZIPF_OFFSET + 1)  # the integral of 1 / (r + 2.7) over all ranks
        p = 1 / (np.asarray(rows, dtype=np.float64) + _ZIPF_OFFSET) / total
        return np.asarray(a / (a + p), dtype=np.float32)

    def nearest(self, vector: Floats, k: int, directions: Floats | None = None, among: int | None = None) -> list[WordHit]:
        """Return the ``k`` words nearest to a unit ``vector`` ``(d,)``, exactly.

        Args:
            vector: A vector in the space of the word vectors. If ``directions`` are given, they must be removed from it already.
            k: How many words to return.
            directions: Orthonormal rows ``(m, d)`` to remove from each word vector before it is compared (see ``vectors.cosines``).
            among: How many of the most frequent words to search, or None for all words.
        """
        scores = cosines(vector, self.vectors[:among], self._lengths_without(directions)[:among])
        hits = {int(row): WordHit(self.word(int(row)), float(scores[row])) for row in largest(scores, k)}
        for row, hit in hits.items():
            self._remember(hit.word, row)
        return list(hits.values())

    def spellings(self, word: str, k: int | None = 5) -> list[str]:
        """Return known words with a spelling similar to that of ``word``.

        Args:
            word: The word, in lower case.
            k: How many words to return at most, or None for all such words.

        Returns:
            The words with at most one edit per three letters of ``word``, ordered by the number of edits, then by frequency.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        furthest = len(word) // 3  # with more than a third of the letters wrong, it is another word
        rows = self._spelling_filter.rows(word, furthest).tolist()
        words = [self.word(row) for row in rows]
        near = process.extract(word, words, scorer=OSA.distance, score_cutoff=furthest, limit=None)
        return [match for match, _, _ in sorted(near, key=lambda each: (each[1], each[2]))[:k]]

    def _lengths_without(self, directions: Floats | None) -> Floats:
        """Return the length of each vector after ``directions`` are removed. The result is kept for the next search."""
        key = b"" if directions is None else directions.tobytes()
        if key not in self._lengths:
            self._lengths[key] = row_lengths(self.vectors, directions)
        return self._lengths[key]

    @cached_property
    def first_ranks(self) -> dict[str, int]:
        """Each of the ``FIRST`` most frequent words with its row."""
        return {self.word(row): row for row in range(min(FIRST, len(self)))}

    @cached_property
    def _hashes(self) -> WordHashes:
        return WordHashes(self._text, self._starts)

    @cached_property
    def _spelling_filter(self) -> SpellingFilter:
        return SpellingFilter(self._text, self._starts[: SPELLING_POOL + 1])
