"""Order the images of the collection for a query."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from devise_core.datatypes import Hit
from devise_core.errors import CollectionError
from devise_core.hits import Hits
from devise_core.search import cutoff
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.image_vectors import ImageSide
from devise_core.search.ranking import Ranking
from devise_core.search.scan import Scan
from devise_core.search.scorer import QuerySide, Scorer
from devise_core.text.query import Query
from devise_core.vectors import Floats, Rows, rows_given
from devise_core.verbs.arguments import condition_given, query_or_vector, ranking_given
from devise_core.verbs.scanning import ScanVerbs


class RankingVerbs(ScanVerbs):
    """The verbs that order images."""

    def ranking(self, query: Query | Floats, where: Condition = EVERYTHING) -> Ranking:
        """Order the images of the collection by their score for a query, or by their cosine with a vector ``(d,)``.

        If the collection has more than ``EXACT_UP_TO`` images, only the ``WINDOW`` best are returned. They are chosen by a score
        without the term for the kinds of thing that the query names (``search/scorer.py``). Then the first ``CANDIDATES`` of them
        are ordered by the whole score.

        Args:
            query: The query or the vector.
            where: The condition that images must satisfy to be returned.

        Returns:
            The rows ``(n,)`` of the images with their cosines and scores, the best score first.

        Raises:
            QueryError: ``query`` is neither a query nor a vector ``(d,)`` that has a direction, or ``where`` is not a condition.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> ranking = engine.ranking(engine.query("violin"))
            >>> len(ranking) == len(engine.collection)
            True
            >>> [hit.name for hit in engine.hits(ranking[:2])]
            ['violin', 'cello']
        """
        query, inside = query_or_vector(query, self.text.dimension), self.collection.inside(condition_given(where))
        if self._is_large:
            return self._window(query, self.scan(query), inside)[0]
        scored = self._sides(query)
        cosines = _best_cosines(self.collection.embeddings, query)
        everything = Ranking.of(cosines, self._scores(query, *scored) if scored else None)
        return everything if inside is None else everything.kept(inside)

    def scores(self, query: Query | Floats) -> Floats:
        """Return the score of every image for a query, all on one scale.

        The score for a vector ``(d,)``, or for a query that names an image, is the cosine. In a collection of more than
        ``EXACT_UP_TO`` images, the score has no term for the kinds of thing that the query names.

        Args:
            query: The query or the vector.

        Returns:
            The scores ``float32 (n,)`` in the order of the collection.

        Raises:
            QueryError: ``query`` is neither a query nor a vector ``(d,)`` that has a direction.
            CollectionError: The collection is on another machine, or the vectors that it stores are damaged or were made with
                another classifier.

        Example:
            >>> scores = engine.scores(engine.query("violin"))
            >>> engine.collection.items[int(scores.argmax())].name
            'violin'
        """
        query = query_or_vector(query, self.text.dimension)
        if self._is_large:
            scan = self.scan(query)
            if not isinstance(scan, Scan):
                raise CollectionError(f"The collection {self.collection.name} is not on this machine. Use `ranking`.")
            return scan.scores
        scored = self._sides(query)
        return self._scores(query, *scored) if scored else _best_cosines(self.collection.embeddings, query)

    def rank(self, rows: Sequence[int] | Rows, query: Query | Floats) -> Hits:
        """Return the images at ``rows``, the best for a query or a vector ``(d,)`` first.

        Args:
            rows: Rows of the collection.
            query: The query or the vector.

        Returns:
            One hit for each row, with its cosine from -1 to 1 and its score.

        Raises:
            QueryError: ``query`` is neither a query nor a vector ``(d,)`` that has a direction, or a row is not in the collection.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> rows = [engine.collection.row(item) for item in ("dog", "violin")]
            >>> [hit.name for hit in engine.rank(rows, engine.query("music"))]
            ['violin', 'dog']
        """
        given = self.ranked(rows, query)
        return self.hits(Ranking.of(given.cosines, given.scores).renumbered(given.rows))

    def ranked(self, rows: Sequence[int] | Rows, query: Query | Floats) -> Ranking:
        """Return the images at ``rows``, in that order, with their cosines and scores for a query.

        Args:
            rows: Rows ``(n,)`` of the collection.
            query: The query, or a vector ``(d,)``.

        Returns:
            The rows with their cosines ``(n,)`` and scores ``(n,)``. If the model has no scorer, the scores are the cosines.

        Raises:
            QueryError: ``query`` is neither a query nor a vector ``(d,)`` that has a direction, or a row is not in the collection.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> rows = [engine.collection.row(item) for item in ("dog", "violin")]
            >>> ranking = engine.ranked(rows, engine.query("music"))
            >>> bool(ranking.scores[0] < ranking.scores[1])
            True
        """
        places, query = rows_given(rows, len(self.collection)), query_or_vector(query, self.text.dimension)
        cosines, scored = _best_cosines(self.collection.vector_rows("semantic")[places], query), self._sides(query)
        return Ranking(places, cosines, self._scores(query, *scored, places) if scored and len(places) else cosines)

    def hits(self, ranking: Ranking) -> Hits:
        """Return the images of a ranking, or of a part of it.

        Args:
            ranking: What ``ranking`` returned, or a slice of it.

        Returns:
            One hit for each row, in the order of the ranking.

        Raises:
            QueryError: ``ranking`` is not what ``ranking`` returns.

        Example:
            >>> ranking = engine.ranking(engine.query("violin"))
            >>> len(ranking), [hit.name for hit in engine.hits(ranking[:2])]
            (384, ['violin', 'cello'])
        """
        ranking_given(ranking)
        return Hits(
            Hit(hit.item, hit.row, hit.path, hit.cosine, float(score))
            for hit, score in zip(self._hits(ranking.rows, ranking.cosines), ranking.scores, strict=True)
        )

    @cached_property
    def chance_cosine(self) -> float:
        """The cosine above which a match is unlikely to be chance, as ``cutoff.chance_cosine`` defines it.

        It is 0 for a model without a vocabulary, because there are no random nouns to compare with. If the collection stores this
        cosine, it was computed over all images.
        """
        if self.vocabulary is None:
            return 0.0
        if self._has_stored_parts and self.collection.chance is not None:
            return self.collection.chance
        nouns = self.vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED)
        return cutoff.chance_cosine(nouns, self.collection.embeddings)

    def _scores(self, query: Query | Floats, scorer: Scorer, sides: list[QuerySide], rows: Rows | None = None) -> Floats:
        """Return the scores of the images at ``rows``, or of all images of a collection that is not large."""
        if self._is_large and rows is not None:
            return scorer.scores(sides, self._side_of(rows, *self._labels_of(query, sides))[0])
        scores = scorer.scores(sides, self._image_side)
        return scores if rows is None else scores[rows]

    @cached_property
    def _image_side(self) -> ImageSide:
        """What the score needs of every image."""
        assert self.parts.scorer is not None
        features, embeddings = self.collection.features, self.collection.embeddings
        vectors = self.collection.score_vectors if self._has_stored_vectors else None
        return self.parts.scorer.images.side(features, embeddings, vectors, self._class_shares)


def _best_cosines(embeddings: Floats, query: Query | Floats) -> Floats:
    """Return each image's cosine ``(n,)`` with a unit vector or a query. The best of several senses counts."""
    vectors = query.vectors if isinstance(query, Query) else query[None]
    return np.asarray((embeddings @ vectors.T).max(axis=1), dtype=np.float32)
