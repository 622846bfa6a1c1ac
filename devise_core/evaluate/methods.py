"""The methods to compare on the same features: DeViSE, ConSE, DeViSE on random vectors, and the classifier's softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from scipy.special import softmax

from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.random_baseline import random_embedder, random_vector
from devise_core.evaluate.shipped_search import ShippedSearch
from devise_core.evaluate.tables import RIVALS
from devise_core.results import OURS
from devise_core.vectors import Floats, unit
from devise_core.vision.image_encoder import Encoded

CONSE, SOFTMAX = RIVALS
RANDOM = "random vectors"
SHIPPED = "as shipped"
"""The scores that the pages and commands use: DeViSE and everything added to it."""
WITHHELD = "as shipped, names withheld"
"""What the pages and commands answer: the scores, without the names that are withheld from images that may show people."""
AS_QUERY = "as shipped, read as queries"
"""What the search of a collection answers: the scores of each text as a query, with its senses, spellings and joined words."""
WITH_PHRASE_ENCODER = "as shipped, with the phrase encoder"
T = 10
"""The number of labels that ConSE combines: the best value in Norouzi et al. (2013)."""

NO_CLASSIFIER, NO_TRAINING_IMAGES = "no classifier", "no training images"
NOT_APPLICABLE = "not applicable"
"""The text in the cells of a method that cannot answer this kind of query."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Method:
    """A method that embeds images and texts in one space.

    Attributes:
        name: The name of the method's row in the tables.
        embed_images: Returns unit rows ``(n, d)`` for encoded images.
        embed_text: Returns the unit vector ``(d,)`` of a text.
        label_vectors: The vectors of the labels, unit rows ``(labels, d)``.
    """

    name: str
    embed_images: Callable[[Encoded], Floats]
    embed_text: Callable[[str], Floats]
    label_vectors: Floats


class Methods:
    """The methods to compare on one model. A method that needs training is trained once, on first use."""

    def __init__(self, model: ModelUnderTest) -> None:
        self.model, self.shipped = model, ShippedSearch(model)

    @cached_property
    def embedding(self) -> list[Method]:
        """All methods that embed texts. If the model came without its classifier, this is DeViSE alone."""
        model, vectors = self.model, self.model.label_vectors
        ours = Method(OURS, lambda encoded: encoded.embeddings, model.text.embed, vectors)
        if model.classifier is None:
            return [ours]
        by_conse = Method(CONSE, lambda encoded: conse(self.class_shares(encoded), vectors), model.text.embed, vectors)
        embed = random_embedder(model)
        if embed is None:
            return [by_conse, ours]
        dimension = vectors.shape[1]
        by_chance = Method(
            RANDOM,
            lambda encoded: embed(encoded.features),
            lambda text: random_vector(text, dimension),
            np.stack([random_vector(identity, dimension) for identity in model.labels.ids]),
        )
        return [by_conse, by_chance, ours]

    @cached_property
    def searches(self) -> dict[str, ShippedSearch]:
        """The searches by row name: as shipped, and with the phrase encoder if one is configured and fits the model."""
        encoder, projection = self.model.phrase_encoder, self.model.layout.phrase_projection.name
        if encoder is None or projection not in self.model.manifest.files:
            return {SHIPPED: self.shipped}
        return {SHIPPED: self.shipped, WITH_PHRASE_ENCODER: ShippedSearch(self.model, encoder)}

    def in_order(self, results: Mapping[str, Result | str]) -> dict[str, Result | str]:
        """Return ``results`` with an entry for every method, in the order of the tables.

        The entry of a method that cannot run with this model or data is the reason, as a text.
        """
        missing = NO_CLASSIFIER if self.model.classifier is None else NO_TRAINING_IMAGES
        return {name: results.get(name, missing) for name in (SOFTMAX, CONSE, RANDOM, OURS)}

    @property
    def softmax_cell(self) -> str:
        """The text in the cells of the softmax if the queries are not labels of the classifier."""
        return NO_CLASSIFIER if self.model.classifier is None else NOT_APPLICABLE

    def class_shares(self, encoded: Encoded) -> Floats:
        """Return the classifier's softmax ``(n, labels)``.

        Raises:
            ValueError: If the model came without its classifier.
        """
        if self.model.classifier is None:
            raise ValueError("The model came without its classifier.")
        kernel, bias = self.model.classifier
        return np.asarray(softmax(self.model.classifier_inputs(encoded.features) @ kernel + bias, axis=1), dtype=np.float32)


def conse(shares: Floats, vectors: Floats, top: int = T) -> Floats:
    """Return the ConSE embedding (Norouzi et al., 2013, equation 2): the sum of label vectors, weighted by ``shares``.

    Args:
        shares: The softmax over the labels ``(n, labels)``.
        vectors: The vectors of the labels ``(labels, d)``.
        top: The number of most probable labels to combine.

    Returns:
        Unit rows ``(n, d)``.
    """
    kept = np.zeros_like(shares)
    best = np.argpartition(-shares, min(top, shares.shape[1]) - 1, axis=1)[:, :top]
    np.put_along_axis(kept, best, np.take_along_axis(shares, best, axis=1), axis=1)
    return unit(kept @ vectors)
