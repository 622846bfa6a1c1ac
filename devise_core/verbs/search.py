"""Search the collection: by text, by image, and by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import get_args

import numpy as np

from devise_core.datatypes import Hit
from devise_core.errors import QueryError
from devise_core.search import cutoff
from devise_core.search.index import check_k
from devise_core.search.ranking import Ranking
from devise_core.search.registry import EXACT_UP_TO
from devise_core.search.scorer import ImageSide
from devise_core.text.query import Query
from devise_core.vectors import Floats, Rows, unit
from devise_core.verbs.base import By, EngineBase, Images
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_reader import ImageInput

LABELS_IN_A_MEAN = 10
CANDIDATES = 400
"""In a larger collection the index finds this many images by cosine, and the score orders them."""


class SearchVerbs(EngineBase):
    """The verbs that return images of the collection."""

    def search_text(self, text: str | Query, k: int = 10, pictures: Images | None = None) -> list[Hit]:
        """Return the ``k`` images nearest to a query.

        Args:
            text: A query, or what ``query`` made of one.
            k: How many images to return. More than the collection has returns all of it.
            pictures: As ``images`` of ``query``.

        Raises:
            QueryError: ``k`` is out of range, or the query cannot be read.
            UnknownWordError: No word to look for is known.

        Example:
            >>> [hit.name for hit in engine.search_text("violin", k=2)]
            ['violin', 'cello']
        """
        query, k = self._as_query(text, pictures), check_k(k)
        if len(self.collection) <= EXACT_UP_TO:
            return self.hits(self.ranking(query)[:k])
        index = self.collection.embedding_index
        answers = [index.search(vector, max(k, CANDIDATES)) for vector in query.vectors]
        return self.hits(self._ranked(query, *_merged(answers))[:k])

    def search_image(self, image: ImageInput, k: int = 10, by: By = "semantic") -> list[Hit]:
        """Return the ``k`` images nearest to an image.

        Args:
            image: A path, bytes, or a ``PIL.Image``.
            k: How many images to return.
            by: What is compared. "semantic" compares embeddings, which say what an image shows. "visual" compares the
                backbone's features, which say how it looks. "labels" searches with the mean of the image's ten nearest
                words, as the project that this one is based on did.

        Raises:
            ImageError: The image cannot be read.
            QueryError: ``k`` or ``by`` is out of range.
            NoVocabularyError: ``by`` is "labels" and the model has no vocabulary.

        Example:
            >>> cello = engine.collection.picture(engine.collection.row("cello"))
            >>> [hit.name for hit in engine.search_image(cello, k=2)]
            ['cello', 'violin']
        """
        return self.search_encoded(self.encode(image), k, by)

    def search_encoded(self, encoded: Encoded, k: int = 10, by: By = "semantic") -> list[Hit]:
        """Do what ``search_image`` does for an image that ``encode`` has encoded."""
        return self._nearest(encoded.features[0], encoded.embeddings[0], check_k(k), by)

    def more_like(self, item_id: str, k: int = 10, by: By = "semantic") -> list[Hit]:
        """Return the ``k`` images nearest to an image of the collection, without that image.

        The model does not run. Takes and raises what ``search_image`` does, and ``CollectionError`` for an unknown id.

        Example:
            >>> [hit.name for hit in engine.more_like("violin", k=2)]
            ['cello', 'classical guitar']
        """
        row = self.collection.row(item_id)
        hits = self._nearest(self.collection.features[row], self.collection.embeddings[row], check_k(k) + 1, by)
        return [hit for hit in hits if hit.id != item_id][:k]

    def rank(self, rows: Sequence[int], query: Query | Floats) -> list[Hit]:
        """Return the images at ``rows``, the best for a query or a vector ``(d,)`` first.

        Example:
            >>> rows = [engine.collection.row(item) for item in ("dog", "violin")]
            >>> [hit.name for hit in engine.rank(rows, engine.query("music"))]
            ['violin', 'dog']
        """
        places = np.asarray(rows, dtype=np.int64)
        cosines = _best_cosines(self.collection.embeddings[places], query)
        return self.hits(self._ranked(query, places, cosines))

    def ranking(self, query: Query | Floats) -> Ranking:
        """Order all images of the collection by their score for a query, or by their cosine with a unit vector ``(d,)``.

        In a collection of more than ``EXACT_UP_TO`` images, the ``CANDIDATES`` with the highest cosine are ordered by score and
        come first.

        Example:
            >>> ranking = engine.ranking(engine.query("violin"))
            >>> len(ranking) == len(engine.collection)
            True
            >>> [hit.name for hit in engine.hits(ranking[:2])]
            ['violin', 'cello']
        """
        cosines = _best_cosines(self.collection.embeddings, query)
        if len(cosines) <= EXACT_UP_TO:
            return self._ranked(query, np.arange(len(cosines)), cosines)
        by_cosine = Ranking.of(cosines)
        best = self._ranked(query, by_cosine.rows[:CANDIDATES], by_cosine.cosines[:CANDIDATES])
        return best.followed_by(by_cosine[CANDIDATES:])

    def hits(self, ranking: Ranking) -> list[Hit]:
        """Return the images of a ranking, or of a part of it."""
        return [
            replace(hit, score=float(score))
            for hit, score in zip(self._hits(ranking.rows, ranking.cosines), ranking.scores, strict=True)
        ]

    def _ranked(self, query: Query | Floats, rows: Rows, cosines: Floats) -> Ranking:
        """Rank the images at ``rows`` by score; by cosine if the model or the query has no scores."""
        scorer = self.parts.scorer
        sides = scorer.query(query) if scorer and isinstance(query, Query) else None
        if scorer is None or sides is None or not len(rows):
            return Ranking.of(cosines).renumbered(rows)
        images = self._scored_images
        if images is None:
            images = scorer.images(self.collection.features[rows], self.collection.embeddings[rows])
            return Ranking.of(cosines, scorer.scores(sides, images)).renumbered(rows)
        return Ranking.of(cosines, scorer.scores(sides, images)[rows]).renumbered(rows)

    @cached_property
    def _scored_images(self) -> ImageSide | None:
        """What the score needs of every image, or None for a collection that is too large to keep it."""
        scorer = self.parts.scorer
        if scorer is None or len(self.collection) > EXACT_UP_TO:
            return None
        return scorer.images(self.collection.features, self.collection.embeddings)

    @cached_property
    def chance_cosine(self) -> float:
        """The cosine above which a match is unlikely to be chance, as ``cutoff.chance_cosine`` defines it.

        It is 0 for a model without a vocabulary, which has no random nouns to compare with.
        """
        if self.vocabulary is None:
            return 0.0
        nouns = self.vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED)
        return cutoff.chance_cosine(nouns, self.collection.embeddings)

    def encode(self, image: ImageInput) -> Encoded:
        """Encode one image, for more than one question about it.

        Returns:
            Its features ``(1, f)`` and its embedding ``(1, d)``.

        Raises:
            ImageError: The image cannot be read.

        Example:
            >>> encoded = engine.encode(engine.collection.picture(0))
            >>> engine.search_encoded(encoded, k=1)[0].row
            0
        """
        return self.encoder.encode([image])

    def embed_images(self, images: Sequence[ImageInput]) -> Floats:
        """Encode ``n`` images to unit rows ``float32 (n, d)``.

        Raises:
            ImageError: An image cannot be read. The message names the first such image.

        Example:
            >>> engine.embed_images([engine.collection.picture(row) for row in range(3)]).shape
            (3, 100)
        """
        if not len(images):
            return np.empty((0, self.text.dimension), dtype=np.float32)
        return np.concatenate([batch.embeddings for batch in self.encoder.encode_many(images)])

    def _nearest(self, features: Floats, embedding: Floats, k: int, by: By) -> list[Hit]:
        if by not in get_args(By):
            raise QueryError(f"by is one of {', '.join(get_args(By))}. Received: {by!r}.")
        if by == "visual":
            return self._hits(*self.collection.feature_index.search(unit(features), k))
        if by == "labels":
            embedding = self._known_words().mean_of_nearest_words(embedding, LABELS_IN_A_MEAN)
        return self._hits(*self.collection.embedding_index.search(embedding, k))


def _best_cosines(embeddings: Floats, query: Query | Floats) -> Floats:
    """Return each image's cosine ``(n,)`` with a query, the best one if the query has several senses, or with a vector."""
    vectors = query.vectors if isinstance(query, Query) else unit(query)[None]
    return np.asarray((embeddings @ vectors.T).max(axis=1), dtype=np.float32)


def _merged(answers: Sequence[tuple[Rows, Floats]]) -> tuple[Rows, Floats]:
    """Merge the answers for several senses. An image keeps its best cosine."""
    best: dict[int, float] = {}
    for rows, cosines in answers:
        for row, cosine in zip(rows.tolist(), cosines.tolist(), strict=True):
            best[row] = max(cosine, best.get(row, -1.0))
    return np.asarray(list(best), dtype=np.int64), np.asarray(list(best.values()), dtype=np.float32)
