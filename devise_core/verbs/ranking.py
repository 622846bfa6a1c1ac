"""Order the images of the collection for a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from devise_core.datatypes import Hit
from devise_core.errors import CollectionError
from devise_core.search import cutoff
from devise_core.search.image_vectors import ImageSide
from devise_core.search.ranking import Ranking
from devise_core.search.registry import EXACT_UP_TO
from devise_core.search.scorer import QuerySide, Scorer
from devise_core.text.query import Query
from devise_core.vectors import Floats, Rows, unit
from devise_core.verbs.base import EngineBase

CANDIDATES, CANDIDATES_BY_COSINE = 512, 2048
"""How many images of a larger collection are ordered by the whole score.

They are chosen by the score without the kinds, or by cosine if the collection does not store the vectors for that. Of the 24 images
that the whole score puts first among 40,000, 128 candidates hold 98% and 512 all. By cosine, 1,024 hold 91% and 2,048 hold 96%
(``python -m benchmarks.candidates``). A page of results has up to 96 images, so 128 would not fill two.
"""


class RankingVerbs(EngineBase):
    """The verbs that order images."""

    def ranking(self, query: Query | Floats) -> Ranking:
        """Order all images of the collection by their score for a query, or by their cosine with a unit vector ``(d,)``.

        In a collection of more than ``EXACT_UP_TO`` images, the ``CANDIDATES`` with the best score without the kinds are ordered
        by the whole score and come first.

        Example:
            >>> ranking = engine.ranking(engine.query("violin"))
            >>> len(ranking) == len(engine.collection)
            True
            >>> [hit.name for hit in engine.hits(ranking[:2])]
            ['violin', 'cello']
        """
        cosines = _best_cosines(self.collection.embeddings, query)
        scored = self._sides(query)
        order = Ranking.of(cosines, self._fast_scores(scored))
        if scored is None or len(cosines) <= EXACT_UP_TO:
            return order
        count = CANDIDATES_BY_COSINE if self._stored_vectors is None else CANDIDATES
        rows = order.rows[:count]
        best = Ranking.of(cosines[rows], self._scores(*scored, rows)).renumbered(rows)
        return best.followed_by(order[count:])

    def scores(self, query: Query | Floats) -> Floats:
        """Return the score of every image ``(n,)`` in the order of the collection, all on one scale.

        For a vector ``(d,)``, and for a query that names an image, it is the cosine. In a collection of more than ``EXACT_UP_TO``
        images it leaves out the kinds.

        Example:
            >>> scores = engine.scores(engine.query("violin"))
            >>> engine.collection.items[int(scores.argmax())].name
            'violin'
        """
        scores = self._fast_scores(self._sides(query))
        return _best_cosines(self.collection.embeddings, query) if scores is None else scores

    def rank(self, rows: Sequence[int], query: Query | Floats) -> list[Hit]:
        """Return the images at ``rows``, the best for a query or a vector ``(d,)`` first.

        Example:
            >>> rows = [engine.collection.row(item) for item in ("dog", "violin")]
            >>> [hit.name for hit in engine.rank(rows, engine.query("music"))]
            ['violin', 'dog']
        """
        places = np.asarray(rows, dtype=np.int64)
        cosines = _best_cosines(self.collection.embeddings[places], query)
        scored = self._sides(query)
        return self.hits(Ranking.of(cosines, self._scores(*scored, places) if scored else None).renumbered(places))

    def hits(self, ranking: Ranking) -> list[Hit]:
        """Return the images of a ranking, or of a part of it."""
        return [
            replace(hit, score=float(score))
            for hit, score in zip(self._hits(ranking.rows, ranking.cosines), ranking.scores, strict=True)
        ]

    @cached_property
    def chance_cosine(self) -> float:
        """The cosine above which a match is unlikely to be chance, as ``cutoff.chance_cosine`` defines it.

        It is 0 for a model without a vocabulary, which has no random nouns to compare with.
        """
        if self.vocabulary is None:
            return 0.0
        nouns = self.vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED)
        return cutoff.chance_cosine(nouns, self.collection.embeddings)

    def _sides(self, query: Query | Floats) -> tuple[Scorer, list[QuerySide]] | None:
        """Return the scorer and what it needs of the query, or None if only the cosine can compare it with images."""
        scorer = self.parts.scorer
        sides = scorer.query(query) if scorer and isinstance(query, Query) else None
        return (scorer, sides) if scorer and sides else None

    def _fast_scores(self, scored: tuple[Scorer, list[QuerySide]] | None) -> Floats | None:
        """Return what ``scores`` returns for what ``_sides`` returned, or None where that is the cosine."""
        if scored and len(self.collection) <= EXACT_UP_TO:
            return self._scores(*scored)
        if scored and self._stored_vectors is not None:
            scorer, sides = scored
            return scorer.scores_without_kinds(sides, self.collection.embeddings, self._stored_vectors)
        return None

    def _scores(self, scorer: Scorer, sides: list[QuerySide], rows: Rows | None = None) -> Floats:
        """Return the scores of the images at ``rows``, or of all."""
        if len(self.collection) <= EXACT_UP_TO:
            scores = scorer.scores(sides, self._image_side)
            return scores if rows is None else scores[rows]
        features, embeddings = self.collection.features[rows], self.collection.embeddings[rows]
        vectors = None if self._stored_vectors is None else self._stored_vectors[rows]
        return scorer.scores(sides, scorer.images.side(features, embeddings, vectors))

    @cached_property
    def _image_side(self) -> ImageSide:
        """What the score needs of every image."""
        assert self.parts.scorer is not None
        features, embeddings = self.collection.features, self.collection.embeddings
        return self.parts.scorer.images.side(features, embeddings, self._stored_vectors, self._class_shares)

    @cached_property
    def _stored_vectors(self) -> Floats | None:
        """The vectors of the images that the collection stores for this model, if it does."""
        if not self._has_stored_parts or self.parts.scorer is None:
            return None
        vectors = self.collection.score_vectors
        if vectors is not None and vectors.shape[1] != self.parts.scorer.concepts.dimension + 1:
            raise CollectionError(
                f"The stored score of the collection {self.collection.name} is damaged. Make the collection again."
            )
        return vectors


def _best_cosines(embeddings: Floats, query: Query | Floats) -> Floats:
    """Return each image's cosine ``(n,)`` with a query, the best one if the query has several senses, or with a vector."""
    vectors = query.vectors if isinstance(query, Query) else unit(query)[None]
    return np.asarray((embeddings @ vectors.T).max(axis=1), dtype=np.float32)
