"""Search the collection: by text, by image, and by both."""

from __future__ import annotations

from typing import get_args

from devise_core.errors import QueryError, shown_value
from devise_core.hits import Hits
from devise_core.search.class_shares import check_features
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.index import check_k
from devise_core.text.query import Query
from devise_core.vectors import Floats, unit
from devise_core.verbs.arguments import id_given
from devise_core.verbs.base import By, Images
from devise_core.verbs.ranking import RankingVerbs
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_sources import ImageInput

LABELS_IN_A_MEAN = 10


class SearchVerbs(RankingVerbs):
    """The verbs that return images of the collection."""

    def search_text(self, text: str | Query, k: int = 10, pictures: Images | None = None, where: Condition = EVERYTHING) -> Hits:
        """Return the ``k`` images with the best scores for a query.

        Args:
            text: A query, or what ``query`` returned for one.
            k: How many images to return, from 1 to 1000. If the collection has fewer, all of them are returned.
            pictures: Images that ``like:NAME`` can name, as the argument ``images`` of ``query``.
            where: The condition that images must satisfy to be returned.

        Returns:
            The images with their cosines and scores, the best score first.

        Raises:
            QueryError: ``k`` is out of range, the query cannot be read, or ``where`` is not a condition.
            UnknownWordError: None of the words to look for is known.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> [hit.name for hit in engine.search_text("violin", k=2)]
            ['violin', 'cello']
            >>> from devise_core.search.conditions import HasLabel
            >>> [hit.name for hit in engine.search_text("violin", k=2, where=~HasLabel("violin"))]
            ['cello', 'drum kit']
        """
        k = check_k(k)
        return self.hits(self.ranking(self._as_query(text, pictures), where)[:k])

    def search_image(self, image: ImageInput, k: int = 10, by: By = "semantic") -> Hits:
        """Return the ``k`` images nearest to an image.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL if allowed.
            k: How many images to return, from 1 to 1000.
            by: What is compared. "semantic" compares embeddings, which say what an image shows. "visual" compares the
                backbone's features, which say how an image looks. "labels" compares embeddings with the mean of the image's
                ten nearest words, as in the project that this one is based on.

        Returns:
            The images with their cosines, from -1 to 1, the nearest first.

        Raises:
            ImageError: The image cannot be read.
            QueryError: ``k`` is out of range, or ``by`` is unknown.
            NoVocabularyError: ``by`` is "labels" and the model has no vocabulary.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> cello = engine.collection.picture(engine.collection.row("cello"))
            >>> [hit.name for hit in engine.search_image(cello, k=2)]
            ['cello', 'violin']
        """
        return self.search_encoded(self.encode(image), k, by)

    def search_encoded(self, encoded: Encoded, k: int = 10, by: By = "semantic") -> Hits:
        """Return the ``k`` images nearest to an image that ``encode`` has encoded.

        Args:
            encoded: One image: features ``(1, f)`` and embedding ``(1, d)``.
            k: How many images to return, from 1 to 1000.
            by: What is compared, as ``search_image`` says.

        Returns:
            The images with their cosines, from -1 to 1, the nearest first.

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns for one image.
            QueryError: ``k`` is out of range, or ``by`` is unknown.
            NoVocabularyError: ``by`` is "labels" and the model has no vocabulary.

        Example:
            >>> encoded = engine.encoded(engine.collection.row("violin"))
            >>> [[hit.name for hit in engine.search_encoded(encoded, k=2, by=by)] for by in ("semantic", "visual")]
            [['violin', 'cello'], ['violin', 'cello']]
        """
        encoded = self._encoded(encoded)
        return self._nearest(encoded.features[0], encoded.embeddings[0], check_k(k), by)

    def more_like(self, item_id: str, k: int = 10, by: By = "semantic") -> Hits:
        """Return the ``k`` images nearest to an image of the collection, without that image.

        Images are compared by cosine, because the score of a text search needs words. The model does not run.

        Args:
            item_id: The id of the image.
            k: How many images to return, from 1 to 1000.
            by: What is compared, as ``search_image`` says.

        Returns:
            The images with their cosines, from -1 to 1, the nearest first.

        Raises:
            CollectionError: The collection has no such image.
            QueryError: ``k`` is out of range, or ``by`` is unknown.
            NoVocabularyError: ``by`` is "labels" and the model has no vocabulary.

        Example:
            >>> [hit.name for hit in engine.more_like("violin", k=2)]
            ['cello', 'classical guitar']
        """
        row = self.collection.row(id_given(item_id))
        features, embedding = self.collection.vector_rows("visual")[row], self.collection.vector_rows("semantic")[row]
        hits = self._nearest(features, embedding, check_k(k) + 1, by)
        return Hits(hit for hit in hits if hit.id != item_id)[:k]

    def encode(self, image: ImageInput) -> Encoded:
        """Encode one image, so that several verbs can use its vectors.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL if allowed.

        Returns:
            Its features ``(1, f)`` and its embedding ``(1, d)``.

        Raises:
            ImageError: The image cannot be read.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> encoded = engine.encode(engine.collection.picture(0))
            >>> engine.search_encoded(encoded, k=1)[0].row
            0
        """
        return self.encoder.encode([image])

    def _nearest(self, features: Floats, embedding: Floats, k: int, by: By) -> Hits:
        if not isinstance(by, str) or by not in get_args(By):
            raise QueryError(f"by is one of {', '.join(get_args(By))}. Received: {shown_value(by)}.")
        if by == "visual":
            if len(self.collection):
                check_features(features[None], self.collection.vector_rows("visual").shape[1])
            return self._hits(*self.collection.feature_index.search(unit(features), k))
        if by == "labels":
            embedding = self._known_words().mean_of_nearest_words(embedding, LABELS_IN_A_MEAN)
        return self._hits(*self.collection.embedding_index.search(embedding, k))
