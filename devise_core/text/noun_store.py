"""Nouns that name things, each with a vector that knows what kind of thing it is.

A noun's vector is the sum of the word vectors of its WordNet sense and of that sense's hypernyms, each step up
weighing less: "ibis" leans towards "wading bird" and "bird". So rare words are steadied by common ones, a kind comes near
its members, and a noun that the word vectors lack still has a place.

Two files: ``nouns.txt`` and ``noun_vectors.npy`` (``int8 (n, d)``). A line holds, apart by tabs: the noun, the rank by
frequency of its rarest word (empty where it is not to name pictures), its irregular plurals. The naming ones stand first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import ArtifactError
from devise_core.vectors import Bytes, Floats, largest, unit

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
"""How a regular plural loses its ending (the rules of WordNet's morphy(7WN) for nouns)."""


NAMES_UP_TO_RANK = 50_000
"""A picture is named with words up to this rank: rarer ones have vectors too noisy to name anything."""


class NounStore:
    """``len(store)`` nouns, most of one or two words. All can be searched for; the frequent ones name pictures."""

    def __init__(self, lines: str, vectors: Bytes) -> None:
        rows = [line.split("\t") for line in lines.splitlines()]
        if len(rows) != len(vectors):
            raise ArtifactError(
                f"The noun list is inconsistent: {len(rows)} nouns, {len(vectors)} vectors; restore both files together."
            )
        self.nouns = [names[0] for names in rows]
        self._row = {name: row for row, (noun, _, *plurals) in enumerate(rows) for name in (*plurals, noun)}
        self._names = sum(1 for _, rank, *_ in rows if rank and int(rank) < NAMES_UP_TO_RANK)
        self._vectors = vectors

    @classmethod
    def open(cls, nouns: Path, vectors: Path) -> NounStore:
        return cls(nouns.read_text("utf-8"), np.load(vectors, mmap_mode="r"))

    def __len__(self) -> int:
        return len(self.nouns)

    def row(self, text: str) -> int | None:
        """The row of a noun in the singular or plural, lower case; None where it is no noun of the list."""
        if text in self._row:
            return self._row[text]
        for plural, singular in PLURALS:
            stem = text.removesuffix(plural)
            if stem != text and len(stem) > 1 and stem + singular in self._row:
                return self._row[stem + singular]
        return None

    def completions(self, prefix: str) -> Iterator[str]:
        """Nouns that go on from ``prefix`` in lower case: frequent ones that name pictures, then all of more than one word."""
        naming = islice(self.nouns, self._names)
        kinds = (noun for noun in islice(self.nouns, self._names, None) if " " in prefix)
        return (noun for noun in chain(naming, kinds) if noun.startswith(prefix) and noun != prefix and "-" not in noun)

    def vector(self, row: int) -> Floats:
        """Unit vector ``(d,)``."""
        return unit(self._vectors[row].astype(np.float32))

    def drawn(self, count: int, seed: int) -> Floats:
        """Unit vectors ``(≤ count, d)`` of nouns that name pictures, drawn at random."""
        rows = np.random.default_rng(seed).permutation(self._names)[:count]
        return unit(self._vectors[rows].astype(np.float32))

    def nearest(self, vector: Floats, k: int) -> list[WordHit]:
        """The ``k`` nouns nearest to a unit ``vector`` ``(d,)``, exactly, among those frequent enough to name a picture."""
        scores = self._matrix @ vector
        return [WordHit(self.nouns[row], float(scores[row])) for row in largest(scores, k)]

    def nearest_each(self, vectors: Floats, k: int) -> list[list[str]]:
        """As ``nearest`` for each of the unit ``vectors`` ``(n, d)``, for a small ``k``: the nouns alone."""
        found = []
        for start in range(0, len(vectors), 1024):
            scores = vectors[start : start + 1024] @ self._matrix.T
            rows = np.empty((len(scores), min(k, scores.shape[1])), dtype=np.int64)
            for place in range(rows.shape[1]):  # a few passes for the largest take a fifth of the time of a partition
                rows[:, place] = scores.argmax(axis=1)
                np.put_along_axis(scores, rows[:, place : place + 1], -np.inf, axis=1)
            found += [[self.nouns[row] for row in some] for some in rows]
        return found

    @cached_property
    def _matrix(self) -> Floats:
        return unit(self._vectors[: self._names].astype(np.float32))
