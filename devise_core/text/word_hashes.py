"""Find a word among hundreds of thousands by a hash, in a tenth of the memory of a dictionary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SEED, POSITIONS = 7, 256
Hashes = npt.NDArray[np.uint32]


class WordHashes:
    """A sorted list of the hashes of words. Two words can have the same hash, so the caller compares the words themselves.

    Args:
        text: The words, separated by line breaks, with a line break before the first word and one after the last.
        starts: The position of each line break ``(n + 1,)``. The row of a word is its position among the ``n`` words.
    """

    def __init__(self, text: bytes, starts: Hashes) -> None:
        self._multipliers = np.random.default_rng(SEED).integers(0, 2**32, POSITIONS, dtype=np.uint32)
        self._numbers: list[int] = self._multipliers.tolist()
        letters = np.frombuffer(text, dtype=np.uint8)[: int(starts[-1])]
        places = np.arange(len(letters), dtype=np.uint32) - np.repeat(starts[:-1], np.diff(starts))
        hashes = np.add.reduceat(self._weighted(letters, places), starts[:-1], dtype=np.uint32)
        self._rows = np.argsort(hashes, kind="stable").astype(np.uint32)
        self._sorted = hashes[self._rows]

    def rows(self, word: str) -> list[int]:
        """Return the rows of all words that have the same hash as ``word``, in ascending order."""
        letters = f"\n{word}".encode()
        total = sum(letter * self._numbers[place % POSITIONS] for place, letter in enumerate(letters))
        key = np.uint32(total & 0xFFFFFFFF)
        first = last = int(self._sorted.searchsorted(key))
        while last < len(self._sorted) and self._sorted[last] == key:
            last += 1
        return [int(row) for row in self._rows[first:last]]

    def _weighted(self, letters: npt.NDArray[np.uint8], places: Hashes) -> Hashes:
        return np.asarray(letters * self._multipliers[places % POSITIONS], dtype=np.uint32)
