"""Vectors of WordNet senses in the concept space, mixed with their hypernyms as ``Hierarchy`` does in the word space."""

from __future__ import annotations

from collections.abc import Callable

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.wordnet import Nouns
from devise_core.vectors import Floats

Concept = Callable[[str], Floats | None]
"""Returns the unit vector ``(c,)`` of a word or noun in the concept space, or None if the word has no vector."""

DECAY = 0.5


class ConceptHierarchy(Hierarchy):
    """The vectors of one noun graph in the concept space.

    Args:
        nouns: The noun graph.
        concept: Gives the vector of a lemma.
        dimension: The dimension ``c`` of these vectors.
    """

    def __init__(self, nouns: Nouns, concept: Concept, dimension: int) -> None:
        self.nouns, self.dimension, self._concept = nouns, dimension, concept
        self._senses = {}

    def phrase(self, lemma: str) -> Floats | None:
        """Return the unit vector ``(c,)`` of a lemma, or None if the lemma has no vector."""
        return self._concept(lemma)
