"""Vectors of WordNet senses that include their hypernyms. A hypernym weighs less with each step up."""

from __future__ import annotations

import numpy as np

from devise_core.bundle.wordnet import Nouns
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, unit

MAX_DESCENDANTS = 2_500
"""Hypernyms with more synsets below them are too general to mix in: "entity", "object", "artifact", "person", "animal", "plant"."""


class Hierarchy:
    """The vectors of the senses of a noun graph, from the vectors of a word store."""

    def __init__(self, nouns: Nouns, phrases: Phrases) -> None:
        """Combine the noun graph with the vectors of its words."""
        self.nouns, self._phrases, self.dimension = nouns, phrases, phrases.words.dimension
        self._senses: dict[int, Floats | None] = {}

    def phrase(self, lemma: str) -> Floats | None:
        """Return the unit vector ``(d,)`` of a lemma, or None if one of its words is unknown."""
        known, unknown = self._phrases.known(lemma)
        return None if unknown or not known else self._phrases.vector([row for _, row in known])

    def sense(self, offset: int) -> Floats | None:
        """Return the mean direction ``(d,)`` of the lemmas of a synset, or None if no lemma is known."""
        if offset not in self._senses:
            vectors = [vector for lemma in self.nouns.synsets[offset].lemmas if (vector := self.phrase(lemma)) is not None]
            self._senses[offset] = unit(np.mean(vectors, axis=0)) if vectors else None
        return self._senses[offset]

    def mixed(self, offset: int, decay: float, own_vector: Floats | None = None) -> Floats | None:
        """Mix a synset with its hypernyms: Σ decay^steps · vector, scaled to length 1.

        Args:
            offset: The synset.
            decay: The weight of each step up, below 1.
            own_vector: The vector ``(d,)`` to use for the synset itself. By default the mean of its lemmas.

        Returns:
            The unit vector ``(d,)``, or None if neither the synset nor a hypernym has a vector.
        """
        total = np.zeros(self.dimension, dtype=np.float32)
        for ancestor, steps in self.nouns.ancestors(offset).items():
            if steps and self.nouns.descendants[ancestor] > MAX_DESCENDANTS:
                continue
            vector = own_vector if steps == 0 and own_vector is not None else self.sense(ancestor)
            if vector is not None:
                total += decay**steps * vector
        return unit(total) if total.any() else None
