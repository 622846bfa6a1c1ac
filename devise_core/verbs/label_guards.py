"""Decide which labels may be given to an image, and with what score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.search import cutoff
from devise_core.search.naming_table import Flags
from devise_core.search.people_guard import PeopleGuard
from devise_core.search.probes import IN_GENERAL
from devise_core.vectors import Floats
from devise_core.verbs.arguments import labels_given
from devise_core.verbs.base import EngineBase
from devise_core.vision.image_encoder import Encoded

NOT_BY_CHANCE = 0.9
"""In a model without a scorer (``search/scorer.py``), a label counts as sure if its cosine with the image exceeds the cosines of
this share of random nouns."""
LABEL_SURE = 0.4
"""The least score with which a label counts as sure. It was measured on 1,584 images from Caltech-101, with six labels to choose
from for each image. If one of the six labels is right, the top label is right for 90% of the images, and for 96% of the images
whose top label reaches this score. If none of the six is right, the top label still reaches this score for 7% of the images."""
KIND_SURE = 0.5
"""A word such as "animal" counts as sure if the probabilities of the classifier's labels at or below the word in WordNet add up to
at least this. With this rule and words for eleven kinds of thing, 92% of 960 images from Caltech-101 get a word that counts as
sure, and 96% of these words are right. Without the rule, these two figures are 56% and 94%."""


@dataclass(frozen=True, eq=False)
class LabelFit:
    """How well ``m`` labels fit ``n`` images.

    Attributes:
        labels: The labels, each once.
        cosines: The cosines of the images with the labels ``(n, m)``.
        scores: The scores by which labels are ranked ``(n, m)``. Minus infinity for a label that must not be given to an image.
        sure: Whether each label counts as sure for each image ``(n, m)``.
    """

    labels: list[str]
    cosines: Floats
    scores: Floats
    sure: Flags

    @property
    def in_general(self) -> Flags:
        """For each label ``(m,)``, whether it is a word for people in general, such as "people"."""
        return np.asarray([label.lower() in IN_GENERAL for label in self.labels], dtype=np.bool_)


class LabelGuardVerbs(EngineBase):
    """Methods of the engine that check labels before they are given to an image."""

    def risky_labels(self, labels: Sequence[str], encoded: Encoded | None = None) -> list[str]:
        """Return the labels that could insult people or be wrong about them.

        An image that may show people gets such a label only if the classifier is sure of the label. No image gets a sensitive word.

        Args:
            labels: Labels that somebody typed.
            encoded: Images with features ``(n, f)`` and embeddings ``(n, d)``, or None. If given, only
                labels that are refused for at least one of these images are returned.

        Returns:
            The risky labels, in the order of ``labels``. They are names of animals and of kinds of people, sensitive words,
            insults, adjectives, unknown words, and the names of a few things, such as "mask". Names of scenes and of other things
            are not returned, and neither are general words such as "people".

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns.
            QueryError: ``labels`` is empty, or a label is not a string.

        Example:
            >>> engine.risky_labels(["beach", "thief", "ugly", "people", "gorilla"])
            ['thief', 'ugly', 'gorilla']
        """
        guard = self.parts.people_guard
        risky = [label for label in labels_given(labels) if guard and guard.is_refused(label)]
        features = None if encoded is None else self._encoded(encoded, several=True).features
        if features is None or guard is None or not risky:
            return risky
        allowed = guard.allowed(risky, features)
        return [label for column, label in enumerate(risky) if not allowed[:, column].all()]

    def label_threshold(self, encoded: Encoded) -> float:
        """Return the least score with which a label counts as sure for an image. If no label reaches it, perhaps no label fits.

        Labels below this threshold are still returned by ``label_encoded``, unless the image may show people.

        Args:
            encoded: One image: features ``(1, f)`` and embedding ``(1, d)``.

        Returns:
            ``LABEL_SURE`` if the model has a scorer. Otherwise, the ``NOT_BY_CHANCE`` quantile of the cosines of random nouns
            with the image, or 0 if the model has no vocabulary.

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns for one image.

        Example:
            >>> encoded = engine.encoded(engine.collection.row("dog"))
            >>> hits = engine.label_encoded(encoded, 2, ["animal", "lettuce"])
            >>> [hit.score >= engine.label_threshold(encoded) for hit in hits]
            [True, False]
        """
        encoded = self._encoded(encoded)
        return LABEL_SURE if self.parts.scorer else float(self._chances(encoded.embeddings)[0])

    def _chances(self, embeddings: Floats) -> Floats:
        """Return the ``NOT_BY_CHANCE`` quantile of the cosines of random nouns with each of the unit rows ``(n, d)``."""
        if self.vocabulary is None:
            return np.zeros(len(embeddings), dtype=np.float32)
        nouns = self.vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED)
        return np.asarray(np.quantile(embeddings @ nouns.T, NOT_BY_CHANCE, axis=1), dtype=np.float32)

    def _label_fit(self, labels: Sequence[str], encoded: Encoded, guarded: bool) -> LabelFit:
        """Return how well labels fit ``n`` images. If ``guarded``, ``_without_risky`` rules out some labels."""
        names = labels_given(labels)
        cosines = scores = encoded.embeddings @ self.text.encode_checked(names).T
        if scorer := self.parts.scorer:
            images = scorer.images.side(encoded.features, encoded.embeddings)
            scores = np.stack([scorer.scores([scorer.text_side(name)], images) for name in names], axis=1)
            if evidence := self.parts.evidence:
                kinds = evidence.kind_shares(names, images.shares)
                scores = np.where(kinds >= KIND_SURE, np.maximum(scores, kinds), scores)
            sure = scores >= LABEL_SURE
        else:
            sure = cosines >= self._chances(encoded.embeddings)[:, None]
        fit = LabelFit(names, cosines, scores, sure)
        guard = self.parts.people_guard
        return _without_risky(fit, encoded, guard) if guarded and guard else fit


def _without_risky(fit: LabelFit, encoded: Encoded, guard: PeopleGuard) -> LabelFit:
    """Rule out labels that could insult somebody. For images that may show people, also rule out labels that are not sure.

    General words such as "people" are given only to images that almost certainly show people (``PeopleGuard.named_people``).
    Without a classifier for people, such words are given to the images for which they count as sure.
    """
    people, allowed = guard.may_show_people(encoded.features), guard.allowed(fit.labels, encoded.features)
    shares = guard.named_people(encoded.features)[:, None]
    named = (shares > 0) & fit.in_general
    allowed[people] &= fit.sure[people]
    allowed &= named | ~fit.in_general | (fit.sure & (not guard.sees_people))
    scores = np.where(named, np.maximum(fit.scores, shares), np.where(allowed, fit.scores, np.float32(-np.inf)))
    return LabelFit(fit.labels, fit.cosines, scores, named | (fit.sure & allowed))
