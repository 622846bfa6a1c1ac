"""Which kinds of thing, such as "animal", the labels of an image name. A kind is a WordNet sense above a noun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from devise_core.search.noun_senses import NounSenses
from devise_core.text.noun_store import NounStore


class LabelKinds:
    """Says whether labels such as "tamworth pig" name a kind of thing, such as "animal".

    Args:
        nouns: The noun list.
        senses: The sense of each noun, with the kinds above it and the labels of the classifier below it.
    """

    def __init__(self, nouns: NounStore, senses: NounSenses) -> None:
        self._nouns, self._senses = nouns, senses
        self._labels_below: dict[str, frozenset[int]] = {}

    def is_kind(self, word: str) -> bool:
        """Return whether ``word`` is a kind of thing. "things" is not a kind."""
        row = self._nouns.row(word)
        return row is not None and (len(self._senses.labels_below(self._senses.synset(row))) > 0 or any(self._senses.kinds(row)))

    def names_things(self, labels: Sequence[str]) -> bool:
        """Return whether one of ``labels`` is a noun for something that images show. "holiday" is not."""
        return bool(self._heads(labels))

    def named_by(self, labels: Sequence[str], word: str) -> bool | None:
        """Return whether one of ``labels`` names the kind ``word``, or None if the labels name no known kind."""
        kind = self._nouns.row(word)
        if kind is None:
            return False
        rows = self._heads(labels)
        if any(self._is_kind_of(row, kind) for row in rows):
            return True
        return False if any(self._names(row) & self._all_kinds for row in rows) else None

    def _heads(self, labels: Iterable[str]) -> list[int]:
        """Return the row of each label's main noun, such as "pig" for "tamworth pig". Labels without a known noun are left out."""
        rows = ([self._nouns.row(label), self._nouns.row(label.rpartition(" ")[2])] for label in labels)
        return [next(row for row in pair if row is not None) for pair in rows if pair != [None, None]]

    def _is_kind_of(self, row: int, kind: int) -> bool:
        above = self._below(self._senses.synset(kind))
        parts = [self._below(self._senses.synset(row)), *(frozenset(below.tolist()) for _, below in self._senses.kinds(row))]
        is_below = any(part and part <= above for part in parts)  # a yak is a mammal, and all mammals are animals
        return is_below or self._nouns.nouns[kind] in self._names(row)

    def _below(self, synset: str) -> frozenset[int]:
        if synset not in self._labels_below:
            self._labels_below[synset] = frozenset(self._senses.labels_below(synset).tolist())
        return self._labels_below[synset]

    def _names(self, row: int) -> set[str]:
        """Return the noun at ``row`` and the names of the kinds above it."""
        return {self._nouns.nouns[row], *(name for name, _ in self._senses.kinds(row))}

    @cached_property
    def _all_kinds(self) -> frozenset[str]:
        return frozenset(name for name, _ in self._senses.all_kinds())
