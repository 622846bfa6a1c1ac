"""Which labels may name an image, and how near one must be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.search import cutoff
from devise_core.vectors import Floats
from devise_core.verbs.arguments import encoded_given, labels_given
from devise_core.verbs.base import EngineBase
from devise_core.vision.image_encoder import Encoded

NOT_BY_CHANCE = 0.9
"""A label of a visitor names a picture of people only if it is nearer than this share of random nouns."""


class LabelGuardVerbs(EngineBase):
    """The verbs that judge labels before they name an image."""

    def judging_labels(self, labels: Sequence[str]) -> list[str]:
        """Return the labels that do not name a picture of people unless the classifier is sure: the app does not judge anybody.

        Args:
            labels: Labels that somebody typed.

        Returns:
            Those of them that are animals, sensitive words, kinds of people, insults or adjectives, in their order.

        Raises:
            QueryError: There is no label, or one is not a text.

        Example:
            >>> engine.judging_labels(["beach", "thief", "ugly", "people", "gorilla"])
            ['thief', 'ugly', 'gorilla']
        """
        guard = self.parts.people_guard
        return [label for label in labels_given(labels) if guard and guard.is_refused(label)]

    def label_chance(self, encoded: Encoded) -> float:
        """Return the cosine that a label needs with an image to be nearer than ``NOT_BY_CHANCE`` of random nouns.

        Of five labels, the nearest is right for 58% of the images of `stamps` above it, and for 14% below it.

        Args:
            encoded: One image: features ``(1, f)`` and embedding ``(1, d)``.

        Returns:
            The cosine, or 0 for a model without a vocabulary.

        Example:
            >>> encoded = engine.encoded(engine.collection.row("violin"))
            >>> [hit.cosine > engine.label_chance(encoded) for hit in engine.label_encoded(encoded, 2, ["music", "lettuce"])]
            [True]
        """
        encoded_given(encoded)
        return float(self._chances(encoded.embeddings)[0])

    def _chances(self, embeddings: Floats) -> Floats:
        """Return what ``label_chance`` returns for each of the unit rows ``(n, d)``."""
        if self.vocabulary is None:
            return np.zeros(len(embeddings), dtype=np.float32)
        nouns = self.vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED)
        return np.asarray(np.quantile(embeddings @ nouns.T, NOT_BY_CHANCE, axis=1), dtype=np.float32)

    def _without_insulting_labels(self, labels: list[str], encoded: Encoded, cosines: Floats) -> Floats:
        """Return the cosines ``(n, labels)`` with minus infinity for labels that must not name an image."""
        guard = self.parts.people_guard
        if guard is None:
            return cosines
        people, allowed = guard.may_show_people(encoded.features), guard.allowed(labels, encoded.features)
        if self.vocabulary is not None and people.any():
            allowed[people] &= cosines[people] >= self._chances(encoded.embeddings[people])[:, None]
        return np.where(allowed, cosines, np.float32(-np.inf))
