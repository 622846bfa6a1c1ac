"""Vectors that know the hierarchy: a sense is mixed with its hypernyms, each step up weighing less."""

from __future__ import annotations

import numpy as np

from devise_core.bundle.wordnet import Nouns
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, unit

VAGUE_FROM = 2_500
"""Hypernyms with more synsets below them than this say too little: 'entity', 'object', 'artifact', 'person', 'animal', 'plant'."""


class Hierarchy:
    """Mixed vectors over one noun graph and one word store."""

    def __init__(self, nouns: Nouns, phrases: Phrases) -> None:
        self.nouns, self._phrases = nouns, phrases
        self._senses: dict[int, Floats | None] = {}

    def phrase(self, lemma: str) -> Floats | None:
        """The vector of a lemma's words; None where one of them is unknown."""
        known, unknown = self._phrases.known(lemma)
        return None if unknown or not known else self._phrases.vector([row for _, row in known])

    def sense(self, offset: int) -> Floats | None:
        """The mean of a synset's lemmas; None where none is known."""
        if offset not in self._senses:
            found = [vector for lemma in self.nouns.synsets[offset].lemmas if (vector := self.phrase(lemma)) is not None]
            self._senses[offset] = unit(np.mean(found, axis=0)) if found else None
        return self._senses[offset]

    def mixed(self, offset: int, decay: float, own: Floats | None = None) -> Floats | None:
        """Σ decay^steps · vector over the synset and its hypernyms, at length 1; ``own`` stands in for the synset's."""
        total = np.zeros(self._phrases.words.dimension, dtype=np.float32)
        for ancestor, steps in self.nouns.ancestors(offset).items():
            if steps and self.nouns.descendants[ancestor] > VAGUE_FROM:
                continue
            vector = own if steps == 0 and own is not None else self.sense(ancestor)
            if vector is not None:
                total += decay**steps * vector
        return unit(total) if total.any() else None
