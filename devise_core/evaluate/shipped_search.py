"""Search images that are in no collection, with the same scores as the pages and commands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.search.model_parts import ModelParts
from devise_core.search.scorer import QuerySide, Scorer
from devise_core.text.phrase_encoder import PhraseEncoder
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded


class ShippedSearch:
    """Scores images for labels and captions with all terms that the shipped search adds to the cosine (see ``Scorer``).

    Args:
        model: The model to measure.
        phrase_encoder: Encodes texts of several words. Without it, the model's vectors of single words are used.
    """

    def __init__(self, model: ModelUnderTest, phrase_encoder: PhraseEncoder | None = None) -> None:
        self._model, self._phrase_encoder = model, phrase_encoder

    @cached_property
    def scorer(self) -> Scorer | None:
        """What computes the scores of the search, or None if the model ranks by cosine alone."""
        model = self._model
        return ModelParts(model.layout, model.manifest, model.text, phrase_encoder=self._phrase_encoder).scorer

    def scores(self, texts: Sequence[str], encoded: Encoded) -> Floats:
        """Return the score of each image for each text ``(texts, images)``.

        Args:
            texts: Labels or captions. Operators in them have no meaning.
            encoded: The images.

        Raises:
            ValueError: If the model ranks by cosine alone.
            UnknownWordError: If no word of a text is known.
        """
        scorer = self._needed_scorer()
        return _scores(scorer, [scorer.text_side(text) for text in texts], encoded)

    def label_scores(self, encoded: Encoded) -> Floats:
        """Return the score of each image for each ImageNet label ``(labels, images)``.

        Raises:
            ValueError: If the model ranks by cosine alone.
        """
        scorer, vectors = self._needed_scorer(), self._model.label_vectors
        labels = self._model.imagenet_labels()
        sides = [
            scorer.label_side(row, synset, hypernyms, vectors[row])
            for row, (synset, hypernyms) in enumerate(zip(labels.ids, labels.hypernyms, strict=True))
        ]
        return _scores(scorer, sides, encoded)

    def _needed_scorer(self) -> Scorer:
        if self.scorer is None:
            raise ValueError("This model ranks by cosine alone.")
        return self.scorer

    def can_embed(self, text: str) -> bool:
        """Return whether ``text`` can be a query. It must have a known word and must not be too long."""
        try:
            self._model.text.embed(text)
        except (UnknownWordError, QueryError):
            return False
        return True


def _scores(scorer: Scorer, sides: Sequence[QuerySide], encoded: Encoded) -> Floats:
    images = scorer.images.side(encoded.features, encoded.embeddings)
    return np.stack([scorer.scores([side], images) for side in sides])
