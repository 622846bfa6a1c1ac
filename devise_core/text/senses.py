"""The senses of everyday nouns that images can show: "bat (animal)" and "bat (sport)"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.errors import QueryError
from devise_core.storage.artifact_reader import read_array, read_rows, reading
from devise_core.text.query_parser import Clause
from devise_core.vectors import Floats, unit_stored

_WITH_TAG = re.compile(r"(\S+)\s+\(([^()\s]+)\)")


@dataclass(frozen=True, eq=False)
class Sense:
    """One sense of a noun.

    Attributes:
        noun: The noun.
        tag: A word that distinguishes the sense from the noun's other senses, such as "animal".
        synset: The WordNet id of the sense, such as "n02139199".
        label_count: The number of ImageNet labels at or below the synset in WordNet. If it is 0, the classifier cannot recognise
            the sense.
        vector: The unit vector ``(d,)`` of the sense.
    """

    noun: str
    tag: str
    synset: str
    label_count: int
    vector: Floats

    @property
    def text(self) -> str:
        """The sense as a query names it."""
        return f"{self.noun} ({self.tag})"


class SenseTable:
    """The senses of each noun.

    Args:
        senses: All senses. The senses of one noun must be in order of frequency, the most frequent first.
    """

    def __init__(self, senses: Iterable[Sense]) -> None:
        self._by_noun: dict[str, list[Sense]] = defaultdict(list)
        for sense in senses:
            self._by_noun[sense.noun].append(sense)

    @classmethod
    def read(cls, table: Path, vectors: Path, dimension: int | None = None) -> SenseTable:
        """Read the senses of ambiguous nouns.

        Args:
            table: The file ``senses.csv``.
            vectors: The file ``sense_vectors.npy``, ``int8 (n, d)``, with one row for each line of ``table``.
            dimension: The dimension ``d`` that the vectors must have, or None if any dimension is accepted.

        Returns:
            The senses, with unit vectors.

        Raises:
            ArtifactError: The files do not belong together.
        """
        rows = read_rows(table)
        word_rows = unit_stored(
            read_array(vectors, np.int8, (len(rows), dimension)).astype(np.float32), "sense vectors in sense_vectors.npy"
        )
        with reading(table):
            return cls(
                Sense(row["noun"], row["tag"], row["synset"], int(row["labels_below"]), vector)
                for row, vector in zip(rows, word_rows, strict=True)
            )

    def of(self, noun: str) -> tuple[Sense, ...]:
        """Return the senses of a singular noun, the most frequent first. Return none if the noun is not in the table."""
        return tuple(self._by_noun.get(noun, ()))

    def chosen(self, clause: Clause) -> Sense | None:
        """Return the sense that a clause such as "bat (animal)" names.

        Returns:
            The sense, or None if the clause is not a noun of the table followed by a word in brackets.

        Raises:
            QueryError: The noun has no sense with this tag. The message lists the noun's senses.
        """
        match = _WITH_TAG.fullmatch(clause.text)
        senses = self.of(match[1].lower()) if match else ()
        if not match or not senses:
            return None
        for sense in senses:
            if sense.tag == match[2].lower():
                return sense
        known = " or ".join(f"“{sense.text}”" for sense in senses)
        raise QueryError(f"“{match[1]}” has no sense “{match[2]}”. Write {known}.", clause.start + match.start(2))
