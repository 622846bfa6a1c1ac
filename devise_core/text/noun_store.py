"""Nouns for things, each with a vector that includes the noun's hypernyms (its more general nouns in WordNet).

A noun's vector is the sum of the word vectors of its WordNet sense and of the hypernyms of that sense. Each step up in WordNet
weighs less. So the vector of "ibis" is moved towards "wading bird" and "bird". This has three effects. The vectors of common
hypernyms reduce the noise in the vector of a rare noun. A hypernym is close to its hyponyms. A noun that has no word vector still
has a noun vector.

There are two files, ``nouns.txt`` and ``noun_vectors.npy`` (``int8 (n, d)``). Each line of ``nouns.txt`` has fields separated by
tabs: the noun, the frequency rank of its rarest word, and its irregular plurals. The rank is empty for a noun that must not name
images, that is, must not be shown as the name of an image. Nouns that can name images come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_array, read_text, reading
from devise_core.text.word_filter import WordFilter
from devise_core.vectors import Bytes, Floats, Rows, largest, unit_stored

PLURALS = (
    ("ies", "y"),
    ("ves", "f"),
    ("ves", "fe"),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("men", "man"),
    ("s", ""),
)
"""The endings of regular plurals, each with the ending of the singular. They are the rules for nouns in WordNet's morphy(7WN)."""

MAX_NAMING_RANK = 50_000
"""Only nouns with a frequency rank below this number name images. The vectors of rarer words are too noisy."""

_TABLE = "noun vectors in noun_vectors.npy"
_BATCH = 1_024
_NO_ROWS: Rows = np.empty(0, dtype=np.int64)


class NounStore:
    """Nouns with their vectors. Most nouns have one or two words. All can be searched for, but only frequent ones name images.

    Args:
        lines: The content of ``nouns.txt``.
        vectors: One row for each line, ``int8 (n, d)``.

    Raises:
        ArtifactError: The number of vectors differs from the number of nouns.
    """

    def __init__(self, lines: str, vectors: Bytes) -> None:
        rows = [line.split("\t") for line in lines.splitlines()]
        if len(rows) != len(vectors):
            raise ArtifactError(
                f"nouns.txt has {len(rows)} nouns, and noun_vectors.npy {len(vectors)} vectors. Restore both files together."
            )
        self.nouns = [names[0] for names in rows]
        self._row = {plural: row for row, (_, _, *plurals) in enumerate(rows) for plural in plurals}
        self._row |= {noun: row for row, noun in enumerate(self.nouns)}  # "cola" is a noun, and a plural of "colon"
        self._naming_count = sum(1 for _, rank, *_ in rows if rank and int(rank) < MAX_NAMING_RANK)
        self._vectors = vectors

    @classmethod
    def open(cls, nouns: Path, vectors: Path) -> NounStore:
        """Open the two files of a noun list.

        Args:
            nouns: The file ``nouns.txt``, in the format at the top of this file.
            vectors: The file ``noun_vectors.npy``, ``int8 (n, d)``, with one row for each line of ``nouns.txt``.

        Raises:
            ArtifactError: A file is missing or damaged, or the files do not belong together.
        """
        with reading(nouns):
            return cls(read_text(nouns), read_array(vectors, np.int8, (None, None), mapped=True))

    def __len__(self) -> int:
        return len(self.nouns)

    @property
    def dimension(self) -> int:
        """The dimension ``d`` of the vectors."""
        return int(self._vectors.shape[1])

    def row(self, text: str) -> int | None:
        """Return the row of the lower-case noun ``text``, which may be a plural, or None if the list lacks the noun."""
        if text in self._row:
            return self._row[text]
        for plural, singular in PLURALS:
            stem = text.removesuffix(plural)
            if stem != text and len(stem) > 1 and stem + singular in self._row:
                return self._row[stem + singular]
        return None

    def can_name(self, text: str) -> bool:
        """Return whether ``text``, in lower case, is a noun, or the plural of a noun, that can name images."""
        row = self.row(text)
        return row is not None and row < self._naming_count

    def completions(self, prefix: str) -> Iterator[str]:
        """Yield nouns that start with ``prefix``, which must be in lower case.

        Nouns that can name images come first. The other nouns follow only if ``prefix`` has a space.
        """
        text, at = self._lines, 0
        end = len(text) if " " in prefix else self._naming_end
        while "\n" not in prefix and (at := text.find(f"\n{prefix}", at, end)) >= 0:
            stop = text.index("\n", at + 1)
            noun = text[at + 1 : stop]
            if noun != prefix and "-" not in noun:
                yield noun
            at = stop

    @cached_property
    def _lines(self) -> str:
        """All nouns in one text, each after a line break. Searching this text is fifty times as fast as testing each noun."""
        return "\n" + "\n".join(self.nouns) + "\n"

    @cached_property
    def _naming_end(self) -> int:
        """The offset in ``_lines`` at which the nouns that can name images end."""
        return sum(len(noun) + 1 for noun in self.nouns[: self._naming_count])

    def vector(self, row: int) -> Floats:
        """Return the unit vector ``(d,)`` of the noun at ``row``."""
        return unit_stored(self._vectors[row].astype(np.float32), _TABLE)

    def random_vectors(self, count: int, seed: int) -> Floats:
        """Return the unit vectors ``(≤ count, d)`` of the nouns of ``random_rows``."""
        return unit_stored(self._vectors[self.random_rows(count, seed)].astype(np.float32), _TABLE)

    def random_rows(self, count: int, seed: int) -> Rows:
        """Return the rows ``(≤ count,)`` of random nouns that can name images. There are fewer if fewer nouns can name images."""
        return np.random.default_rng(seed).permutation(self._naming_count)[:count]

    def blocked_rows(self, word_filter: WordFilter) -> Rows:
        """Return the rows of the nouns that can name images and that ``word_filter`` does not allow."""
        rows = [row for row, noun in enumerate(self.nouns[: self._naming_count]) if not word_filter.allows(noun)]
        return np.asarray(rows, dtype=np.int64)

    def nearest(self, vector: Floats, k: int, excluded: Rows = _NO_ROWS) -> list[WordHit]:
        """Return the nouns nearest to a vector among those that can name images. The search is exact.

        Args:
            vector: A unit vector ``(d,)``.
            k: How many nouns to return. If fewer nouns can name images, all of them are returned.
            excluded: The rows ``(m,)`` of nouns to leave out.

        Returns:
            The nouns with their cosines, from -1 to 1, the nearest first.
        """
        cosines = self._naming_vectors @ vector
        cosines[excluded] = -np.inf
        return [WordHit(self.nouns[row], float(cosines[row])) for row in largest(cosines, min(k, len(cosines) - len(excluded)))]

    def nearest_each(self, vectors: Floats, k: int, excluded: Rows = _NO_ROWS) -> list[list[str]]:
        """Return the nouns that ``nearest`` returns for each of several vectors. This is fast only for a small ``k``.

        Args:
            vectors: Unit rows ``(n, d)``.
            k: How many nouns to return for each vector. Each of the ``k`` nouns takes one pass over all cosines.
            excluded: The rows ``(m,)`` of nouns to leave out.

        Returns:
            A list of nouns for each vector, the nearest first.
        """
        nouns, k = [], min(k, self._naming_count - len(excluded))
        for start in range(0, len(vectors), _BATCH):
            cosines = vectors[start : start + _BATCH] @ self._naming_vectors.T  # (batch, nouns)
            cosines[:, excluded] = -np.inf
            rows = np.empty((len(cosines), k), dtype=np.int64)
            for place in range(rows.shape[1]):  # for a small k, k passes of argmax are five times as fast as a partition
                rows[:, place] = cosines.argmax(axis=1)
                np.put_along_axis(cosines, rows[:, place : place + 1], -np.inf, axis=1)
            nouns += [[self.nouns[row] for row in nearest] for nearest in rows]
        return nouns

    @cached_property
    def _naming_vectors(self) -> Floats:
        return unit_stored(self._vectors[: self._naming_count].astype(np.float32), _TABLE)
