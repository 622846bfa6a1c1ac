"""Compute the score of an image for a query. Every search for words alone uses this score.

The score sums four terms:

- the cosine in the space of word vectors (DeViSE),
- the inner product in the concept space. An image's vector in this space is a sum of two: the mean of the vectors of all ImageNet
  labels, weighted by the classifier as in ConSE (Norouzi et al., 2013), and the vector that a caption of the image would have, as
  a linear model predicts it from the image,
- minus the image's mean nearness to nouns, as a penalty for hubs (images that are near every query),
- the log odds that the classifier gives to the kinds of thing that the query names.

The first two terms are inner products of a query with an image. The third is one number for each image. It is the last entry of the
image's concept vector, so that the second inner product subtracts it too. These three terms are fast for many images.

In this file, a side is what the score needs to know about a query (``QuerySide``) or about images (``ImageSide``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from devise_core.errors import UnknownWordError
from devise_core.search.image_vectors import ImageSide, ImageVectors
from devise_core.search.kinds import KindTable, KindWeights
from devise_core.text.concepts import ConceptStore, read_text
from devise_core.text.query import PlacedClause, Query
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import names_nothing_error
from devise_core.text.tokens import tokens
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats

NOUN_KINDS, PHRASE_KINDS = 0.08, 0.04
"""The weight of the log odds for a noun, and the weight for each noun inside a phrase.

These weights and ``HUB_SHARPNESS`` were chosen by cross-validation on the public training parts of Caltech-101, Pascal Sentences
and the ImageNet samples.
"""
FAMILIAR = 150
"""The 150 most frequent words, such as "two", are not looked up as nouns inside a phrase."""
LONGEST_NOUN = 3


@dataclass(frozen=True, eq=False)
class QuerySide:
    """What the score needs to know about one reading of a query.

    Attributes:
        vector: The unit vector ``(d,)`` in the space of word vectors.
        concept: The vector ``(c,)`` in the concept space.
        kinds: The weights of the kinds of thing that the query names.
    """

    vector: Floats
    concept: Floats
    kinds: KindWeights


class Scorer:
    """Scores images for queries.

    Args:
        text: The text encoder.
        concepts: Gives texts their vectors in the concept space.
        kinds: The kinds of thing that each noun belongs to.
        images: Computes what the score needs to know about images.
    """

    def __init__(self, text: WordVectorEncoder, concepts: ConceptStore, kinds: KindTable, images: ImageVectors) -> None:
        self.text, self.concepts, self.kinds, self.images = text, concepts, kinds, images

    def query(self, query: Query) -> list[QuerySide] | None:
        """Prepare a query.

        The classifier may have labels for none of the senses of a noun. These senses then have no kinds, and by their vectors alone
        lettuce came first for "corn". The kinds of the noun itself are used instead.

        Returns:
            One side for each sense of the query, or one side if it has no senses. None if the query has no clauses or contains an
            image.
        """
        if not query.clauses or any(part.clause.kind == "picture" for part in query.clauses):
            return None
        concept = self.concepts.of_clauses(query.clauses)
        if not query.senses or (len(query.senses) > 1 and not any(sense.label_count for sense in query.senses)):
            named = self._kinds_of(query.clauses)
            return [QuerySide(vector, concept, named) for vector in query.vectors]
        sides = ((sense.vector, self.kinds.of_synset(sense.synset)) for sense in query.senses)
        return [QuerySide(vector, concept, _scaled(kinds, NOUN_KINDS)) for vector, kinds in sides]

    def text_side(self, text: str) -> QuerySide:
        """Prepare a label or a caption. Query operators in the text have no meaning.

        Raises:
            QueryError: The text names nothing, such as "the".
            UnknownWordError: No word of the text is known.
        """
        part = self.text.place(Clause("words", text, 1.0, 0, len(text)))
        if part.vector is None and not part.unknown:
            raise names_nothing_error([part])
        if part.vector is None:
            raise UnknownWordError({word: [] for word in part.unknown})
        return QuerySide(part.vector, self.concepts.of_clauses([part]), self._kinds_of((part,)))

    def label_side(self, row: int, synset: str, hypernyms: Mapping[str, int], vector: Floats) -> QuerySide:
        """Prepare an ImageNet label.

        Args:
            row: The label's row in the list of labels.
            synset: The label's WordNet id.
            hypernyms: WordNet id of each more general sense → the number of steps up from the label.
            vector: The label's unit vector ``(d,)``.

        Returns:
            What the score needs to know about the label.
        """
        kinds = _scaled(self.kinds.of_label(synset, hypernyms), NOUN_KINDS)
        return QuerySide(vector, self.images.concepts.labels[row], kinds)

    def scores(self, query: list[QuerySide], images: ImageSide) -> Floats:
        """Return the score of every image, which is the best score over the senses of the query.

        Args:
            query: One side for each sense, as the method ``query`` returns them.
            images: What the score needs to know about ``n`` images.

        Returns:
            ``float32 (n,)``. Higher is better.
        """
        scores = [_linear(side, images.embeddings, images.vectors) + self._kind_score(side, images.shares) for side in query]
        return np.asarray(np.max(scores, axis=0), dtype=np.float32)

    def scores_without_kinds(self, query: list[QuerySide], embeddings: Floats, vectors: Floats) -> Floats:
        """Return the scores without the kinds of thing. This takes a tenth of the time of ``scores``.

        Args:
            query: One side for each sense, as the method ``query`` returns them.
            embeddings: As in ``ImageSide`` ``(n, d)``.
            vectors: As in ``ImageSide`` ``(n, c + 1)``.

        Returns:
            ``float32 (n,)``. Higher is better.
        """
        return np.asarray(np.max([_linear(side, embeddings, vectors) for side in query], axis=0), dtype=np.float32)

    def _kind_score(self, query: QuerySide, shares: Floats) -> Floats | float:
        if not query.kinds:
            return 0.0
        weights = np.asarray(list(query.kinds.values()), dtype=np.float32)
        return np.asarray(self.kinds.logits(shares, list(query.kinds)) @ weights, dtype=np.float32)

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
        """Return the rows of the nouns in a phrase. At each word, the longest noun wins."""
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
        return row is not None and row < FAMILIAR


def _linear(query: QuerySide, embeddings: Floats, vectors: Floats) -> Floats:
    """Return the score ``(n,)`` without the kinds: two inner products, minus the constant of each image (its penalty for hubs)."""
    return np.asarray(embeddings @ query.vector + vectors @ np.append(query.concept, np.float32(-1)), dtype=np.float32)


def _scaled(kinds: Mapping[int, float], weight: float) -> KindWeights:
    return {kind: weight * value for kind, value in kinds.items()}
