"""The score of an image for a query: the one definition that every text search uses.

It adds up four things:

- the cosine in the space of word vectors (DeViSE),
- the inner product in the concept space. An image's vector there is the mean of its labels' vectors, weighted by the
  classifier as in ConSE (Norouzi et al., 2013), plus what a linear map predicts of its caption,
- minus a constant of the image: how near it is to nouns in general, because hubs are near every query,
- the log odds that the classifier gives to the kinds of thing that the query names.

The first three are inner products of one query vector with one image vector, so an index can answer them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.errors import UnknownWordError
from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.image_concepts import ImageConcepts
from devise_core.search.kinds import KindTable, KindWeights
from devise_core.text.concepts import ConceptStore, read_text
from devise_core.text.query import PlacedClause, Query
from devise_core.text.query_parser import Clause
from devise_core.text.tokens import tokens
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats

HUB_SHARPNESS = 5.0
NOUN_KINDS, PHRASE_KINDS = 0.08, 0.04
"""Weights of the log odds for a noun, and for each noun inside a phrase.

All weights were chosen by cross-validation on the public training parts of Caltech-101, Pascal Sentences and ImageNet samples.
"""
FAMILIAR = 150
"""The most frequent words, such as "two", are not looked up as nouns inside a phrase."""
LONGEST_NOUN = 3
_ROWS_AT_A_TIME = 512


@dataclass(frozen=True, eq=False)
class ImageSide:
    """What the score needs of ``n`` images.

    Attributes:
        embeddings: Unit rows ``(n, d)`` in the space of word vectors.
        concepts: Rows ``(n, c)`` in the concept space.
        hubs: The constant of each image ``(n,)``.
        kinds: The log odds of every kind ``(n, kinds)``.
    """

    embeddings: Floats
    concepts: Floats
    hubs: Floats
    kinds: Floats


@dataclass(frozen=True, eq=False)
class QuerySide:
    """What the score needs of one reading of a query.

    Attributes:
        vector: Unit vector ``(d,)``.
        concept: ``(c,)``.
        kinds: The weights of the kinds.
    """

    vector: Floats
    concept: Floats
    kinds: KindWeights


class Scorer:
    """Scores images for queries.

    Args:
        text: The text encoder.
        concepts: The concept space.
        kinds: The kinds of nouns.
        image_concepts: Gives images their vectors in the concept space.
        hub_concepts: Nouns in the concept space ``(m, c)``, the first of the noun list.
        classifier: The softmax of the untrained classifier.
        head: The softmax of the trained head, or None.
    """

    def __init__(
        self,
        text: WordVectorEncoder,
        concepts: ConceptStore,
        kinds: KindTable,
        image_concepts: ImageConcepts,
        hub_concepts: Floats,
        classifier: LabelSoftmax,
        head: LabelSoftmax | None,
    ) -> None:
        self.text, self.concepts, self.kinds = text, concepts, kinds
        self.image_concepts, self._hub_concepts = image_concepts, hub_concepts
        self._classifier, self._head = classifier, head

    def images(self, features: Floats, embeddings: Floats) -> ImageSide:
        """Prepare ``n`` images.

        Args:
            features: The backbone's ``(n, f)``.
            embeddings: Unit rows ``(n, d)``.
        """
        starts = range(0, max(1, len(features)), _ROWS_AT_A_TIME)
        batches = [slice(start, start + _ROWS_AT_A_TIME) for start in starts]
        parts = [self._images(np.asarray(features[rows], dtype=np.float32), embeddings[rows]) for rows in batches]
        columns = zip(*((part.concepts, part.hubs, part.kinds) for part in parts), strict=True)
        return ImageSide(embeddings, *(np.concatenate(column) for column in columns))

    def query(self, query: Query) -> list[QuerySide] | None:
        """Prepare a query.

        Returns:
            One side for each sense of the query, or None for a query that names an image, which has no words to score.
        """
        if not query.clauses or any(part.clause.kind == "picture" for part in query.clauses):
            return None
        concept = self.concepts.of_clauses(query.clauses)
        if query.senses:
            sides = ((sense.vector, self.kinds.of_synset(sense.synset)) for sense in query.senses)
            return [QuerySide(vector, concept, _scaled(kinds, NOUN_KINDS)) for vector, kinds in sides]
        return [QuerySide(query.vector, concept, self._kinds_of(query.clauses))]

    def text_side(self, text: str) -> QuerySide:
        """Prepare a label or a caption. Operators in it have no meaning.

        Raises:
            UnknownWordError: No word of it is known.
        """
        part = self.text.place(Clause("words", text, 1.0, 0, len(text)))
        if part.vector is None:
            raise UnknownWordError({word: [] for word in part.unknown})
        return QuerySide(part.vector, self.concepts.of_clauses([part]), self._kinds_of((part,)))

    def scores(self, query: list[QuerySide], images: ImageSide) -> Floats:
        """Return the score ``(n,)`` of every image, the best one over the senses of the query."""
        return np.asarray(np.max([self._score(side, images) for side in query], axis=0), dtype=np.float32)

    def _score(self, query: QuerySide, images: ImageSide) -> Floats:
        scores = images.embeddings @ query.vector + images.concepts @ query.concept - images.hubs
        if query.kinds:
            scores += images.kinds[:, list(query.kinds)] @ np.asarray(list(query.kinds.values()), dtype=np.float32)
        return np.asarray(scores, dtype=np.float32)

    def _images(self, features: Floats, embeddings: Floats) -> ImageSide:
        classes = self._classifier.shares(features)
        concepts = self.image_concepts.of(features, classes)
        logits = self.kinds.logits(classes, None if self._head is None else self._head.shares(features))
        return ImageSide(embeddings, concepts, self._hubs(embeddings, concepts), logits)

    def _hubs(self, embeddings: Floats, concepts: Floats) -> Floats:
        """Return the log of the mean exponential of each image's score over nouns ``(n,)``."""
        scores = HUB_SHARPNESS * (embeddings @ self._hub_vectors.T + concepts @ self._hub_concepts.T)  # (n, m)
        highest = scores.max(axis=1, initial=0.0)
        means = np.exp(scores - highest[:, None]).mean(axis=1)
        return np.asarray((highest + np.log(means)) / HUB_SHARPNESS, dtype=np.float32)

    def _kinds_of(self, clauses: tuple[PlacedClause, ...]) -> KindWeights:
        known = [part for part in clauses if part.vector is not None]
        total = sum(abs(part.clause.weight) for part in known)
        weights: dict[int, float] = {}
        for part in known:
            for kind, weight in self._kinds_of_text(read_text(part)).items():
                weights[kind] = weights.get(kind, 0.0) + part.clause.weight / total * weight
        return weights

    def _kinds_of_text(self, text: str) -> KindWeights:
        noun = self.text.vocabulary.noun_row(text)
        if noun is not None:
            return _scaled(self.kinds.of_noun(noun), NOUN_KINDS)
        weights: dict[int, float] = {}
        for row in self._nouns_in(tokens(text)):
            for kind, weight in self.kinds.of_noun(row).items():
                weights[kind] = weights.get(kind, 0.0) + PHRASE_KINDS * weight
        return weights

    def _nouns_in(self, words: list[str]) -> list[int]:
        """Return the rows of the nouns in a phrase; the longest first from each word on."""
        rows: list[int] = []
        place = 0
        while place < len(words):
            for length in range(min(LONGEST_NOUN, len(words) - place), 0, -1):
                row = self.text.nouns.row(" ".join(words[place : place + length]))
                if row is not None and (length > 1 or not self._is_familiar(words[place])):
                    rows.append(row)
                    place += length - 1
                    break
            place += 1
        return list(dict.fromkeys(rows))

    def _is_familiar(self, word: str) -> bool:
        row = self.text.words.row(word)
        return row is not None and row <= FAMILIAR

    @cached_property
    def _hub_vectors(self) -> Floats:
        """The nouns of ``hub_concepts`` in the space of word vectors ``(m, d)``."""
        return np.stack([self.text.nouns.vector(row) for row in range(len(self._hub_concepts))])


def _scaled(kinds: Mapping[int, float], weight: float) -> KindWeights:
    return {kind: weight * value for kind, value in kinds.items()}
