"""For each noun, the ImageNet labels below its sense in WordNet, and the kinds of thing, such as "animal", that it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import check_rows, read_array, read_rows, reading
from devise_core.vectors import Rows

UNLIKE = {
    "n03544360": frozenset(("n03781244", "n03877845")),  # house: monastery, palace
    "n03259505": frozenset(("n03781244", "n03877845", "n03042490")),  # home: monastery, palace, cliff dwelling
    "n13134947": frozenset(("n12144580", "n12267677", "n12768682", "n13133613")),  # fruit: corn, acorn, buckeye, ear
}
"""For some senses, the labels below them in WordNet that hardly anybody would call by the word of the sense. Because of these
labels, a search for "house" showed palaces."""


class NounSenses:
    """Senses of the nouns of a noun list, and the labels at or below each sense.

    Args:
        table: The WordNet offset of each noun's sense, then the numbers of its nearest kinds, ``int32 (nouns, 1 + kinds)``. The
            number is 1 for the first of ``kinds``, and 0 if there is none.
        below: WordNet id → rows of the labels at or below it.
        coverage: WordNet id → the share of the senses at or below it that are a label or are below a label.
        kinds: WordNet id and name of each kind.
        label_names: All names of all labels.
    """

    def __init__(
        self,
        table: Rows,
        below: dict[str, Rows],
        coverage: dict[str, float],
        kinds: list[tuple[str, str]],
        label_names: Container[str] = (),
    ) -> None:
        self.label_names = label_names
        self._table, self._below, self._coverage, self._kinds = table, below, coverage, kinds

    @classmethod
    def read(cls, table: Path, coverage: Path, kinds: Path, labels: Path, noun_count: int, label_count: int) -> NounSenses:
        """Read the files of a model.

        Args:
            table: ``noun_senses.npy``, with the ``table`` of ``NounSenses``.
            coverage: ``coverage.csv``, with how much of each sense the labels cover.
            kinds: ``near_miss.csv``, with the kinds that ``LabelEvidence.near_miss`` may offer.
            labels: ``labels.csv``, with the hypernyms (the more general senses) of each label.
            noun_count: The number of nouns in the noun list.
            label_count: The number of labels of the classifier.

        Returns:
            The senses. Their table is not loaded, but read from disk when needed.

        Raises:
            ArtifactError: A file is damaged, or does not fit ``noun_count`` nouns and ``label_count`` labels.
        """
        below: dict[str, list[int]] = defaultdict(list)
        label_names: set[str] = set()
        with reading(labels):
            lines = read_rows(labels)
            if len(lines) != label_count:
                raise ArtifactError(
                    f"{labels} has {len(lines)} labels, but the classifier has {label_count}. Restore both files together."
                )
            for row, label in enumerate(lines):
                below[label["id"]].append(row)
                label_names |= set(label["names"].split("|"))
                for hypernym in filter(None, label["hypernyms"].split("|")):
                    synset = hypernym.partition(":")[0]
                    if label["id"] not in UNLIKE.get(synset, ()):
                        below[synset].append(row)
        with reading(coverage):
            shares = {row["synset"]: float(row["coverage"]) for row in read_rows(coverage)}
        with reading(kinds):
            names = [(row["synset"], row["name"]) for row in read_rows(kinds)]
        senses = read_array(table, np.integer, (noun_count, None), mapped=True)
        check_rows(senses[:, 1:], len(names) + 1, f"{table}")  # 0 is for no kind
        return cls(senses, {synset: np.asarray(rows, dtype=np.int64) for synset, rows in below.items()}, shares, names, label_names)

    def synset(self, noun_row: int) -> str:
        """Return the WordNet id of a noun's sense.

        Args:
            noun_row: The row of the noun in the noun list.
        """
        return f"n{int(self._table[noun_row, 0]):08d}"

    def labels_below(self, synset: str) -> Rows:
        """Return the rows ``(m,)`` of the labels at or below a sense. The array is empty if the classifier has no such label.

        Args:
            synset: The WordNet id of the sense, such as "n02139199".
        """
        return self._below.get(synset, np.empty(0, dtype=np.int64))

    def coverage(self, synset: str) -> float:
        """Return the share of the senses at or below a sense that the labels cover, from 0 to 1.

        Args:
            synset: The WordNet id of the sense, such as "n02139199".
        """
        return self._coverage.get(synset, 0.0)

    def all_kinds(self) -> Iterator[tuple[str, Rows]]:
        """Yield for every kind of thing a name to show and the labels below the kind."""
        for synset, name in self._kinds:
            yield name, self.labels_below(synset)

    def kinds(self, noun_row: int) -> Iterator[tuple[str, Rows]]:
        """Yield the kinds above a noun's sense, the nearest first.

        Args:
            noun_row: The row of the noun in the noun list.

        Yields:
            A name to show, and the rows ``(m,)`` of the labels below the kind.
        """
        for number in self._table[noun_row, 1:]:
            if number:
                synset, name = self._kinds[int(number) - 1]
                yield name, self.labels_below(synset)
