"""Name an image with everyday nouns, with any word of the vocabulary, or with labels from a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.hits import WordHits
from devise_core.search.index import MAX_HITS, check_k
from devise_core.search.naming import Names
from devise_core.search.people_guard import PeopleGuard
from devise_core.text.words_beside_people import is_neutral_beside_people
from devise_core.vectors import Floats, Rows, largest, row_given, rows_given, vector_given
from devise_core.verbs.arguments import labels_given
from devise_core.verbs.label_guards import LabelFit, LabelGuardVerbs
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_sources import ImageInput

WordSet = Literal["nouns", "all"]
"""The words of the vocabulary that can name an image."""
_ROWS_AT_A_TIME = 256
SPARE_WORDS = 190
"""How many extra words are fetched, because some words must not name a picture of people."""


class LabelVerbs(LabelGuardVerbs):
    """The verbs that return words for an image."""

    def label_image(self, image: ImageInput, k: int = 10, vocabulary: WordSet | Sequence[str] = "nouns") -> WordHits:
        """Return the ``k`` words nearest to an image.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL if allowed.
            k: How many words to return, from 1 to 1000.
            vocabulary: The words to choose from: "nouns" or "all" words of the model's vocabulary, or a list of labels.

        Returns:
            The words, the best first, each with its cosine from -1 to 1 and the score that decides the order.

        Raises:
            ImageError: The image cannot be read.
            QueryError: ``k`` is out of range, or ``vocabulary`` is not valid.
            UnknownWordError: A label has no known word.
            NoVocabularyError: The model has no vocabulary, and ``vocabulary`` is not a list of labels.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> dog = engine.collection.picture(engine.collection.row("dog"))
            >>> engine.label_image(dog, k=1)[0].word
            'dog'
            >>> engine.label_image(dog, k=1, vocabulary=["a cat", "a dog"])[0].word
            'a dog'
        """
        check_k(k)
        return self.label_encoded(self.encoder.encode([image]), k, vocabulary)

    def label_encoded(
        self, encoded: Encoded, k: int = 10, vocabulary: WordSet | Sequence[str] = "nouns", guarded: bool = True
    ) -> WordHits:
        """Return the ``k`` words nearest to an image that ``encode`` has encoded.

        Words that could insult a person in the image are left out. Sensitive words are always left out. An image that may show
        people gets only neutral words for people, names of things and scenes, and names of animals if the classifier is sure. For
        such an image, vocabulary words must also say nothing about people, as "truncheon" or "rosary" would, and labels from a
        list must reach ``label_threshold``. ``risky_labels`` returns the labels that could be an insult.

        Labels from a list are ordered by the score of a text search (``search/scorer.py``), which also uses the classifier.

        Args:
            encoded: One image: features ``(1, f)`` and embedding ``(1, d)``.
            k: How many words to return, from 1 to 1000.
            vocabulary: The words to choose from, as ``label_image`` takes them.
            guarded: Whether to leave out words that could insult a person. From the "nouns", they are always left out.

        Returns:
            The words, the best first, as ``label_image`` returns them. There may be none.

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns for one image.
            QueryError: ``k`` is out of range, or ``vocabulary`` is not valid.
            UnknownWordError: A label has no known word.
            NoVocabularyError: The model has no vocabulary, and ``vocabulary`` is not a list of labels.

        Example:
            >>> row = engine.collection.row("violin")
            >>> [hit.word for hit in engine.label_encoded(engine.encoded(row), k=2)]
            ['violin', 'cello']
        """
        encoded = self._encoded(encoded)
        names = self.names(encoded, k) if isinstance(vocabulary, str) and vocabulary == "nouns" else None
        if names:
            return WordHits(names.hits)
        check_k(k)
        return self._guarded_hits(encoded, k, vocabulary, guarded)

    def _guarded_hits(self, encoded: Encoded, k: int, vocabulary: WordSet | Sequence[str], guarded: bool) -> WordHits:
        if isinstance(vocabulary, str):
            if not guarded or self.parts.people_guard is None:
                return self.label_embedding(encoded.embeddings[0], k, vocabulary)
            return self._guarded_words(self.parts.people_guard, encoded, k, vocabulary)
        return best_labels(self._label_fit(vocabulary, encoded, guarded), k)[0]

    def _guarded_words(self, guard: PeopleGuard, encoded: Encoded, k: int, vocabulary: str) -> WordHits:
        """Return the nearest words. Images of people or animals get only neutral words, so that no gorilla is a "buddha"."""
        features = encoded.features
        hits = self.label_embedding(encoded.embeddings[0], min(k + SPARE_WORDS, MAX_HITS), vocabulary)
        allowed = guard.allowed([hit.word for hit in hits], features)[0]
        if guard.may_show_people(features)[0] or guard.may_show_animals(features)[0]:
            allowed &= [is_neutral_beside_people(hit.word) for hit in hits]
        return WordHits([hit for hit, is_allowed in zip(hits, allowed, strict=True) if is_allowed][:k])

    def names(self, encoded: Encoded, k: int = 10) -> Names | None:
        """Name an image with everyday nouns, and with more specific names for what the first noun names.

        Args:
            encoded: One image, as ``encode`` or ``encoded`` returns it.
            k: How many nouns to return, from 1 to 1000.

        Returns:
            The names, or None if the model came without the files of ``build naming``.

        Raises:
            ImageError: ``encoded`` is not what ``encode`` returns for one image.
            QueryError: ``k`` is out of range.

        Example:
            >>> names = engine.names(engine.encoded(engine.collection.row("violin")), k=2)
            >>> [(hit.word, round(share, 1)) for hit, share in zip(names.hits, names.shares)]
            [('violin', 0.4), ('cello', 0.1)]
        """
        check_k(k)
        encoded = self._encoded(encoded)
        return self.parts.namer.name(encoded, k)[0] if self.parts.namer else None

    def label_all(self, k: int, rows: Sequence[int] | Rows | None = None) -> list[list[str]]:
        """Return the ``k`` best names of images of the collection, as ``label_encoded`` finds them.

        Args:
            k: How many names to return for each image, from 1 to 1000.
            rows: The images. By default all of the collection.

        Returns:
            The names of each image, the best first, in the order of ``rows``. There are none if the model has neither a namer
            nor a vocabulary.

        Raises:
            QueryError: ``k`` is out of range, or ``rows`` has something that is not a row of the collection.

        Example:
            >>> engine.label_all(2)[engine.collection.row("violin")]
            ['violin', 'cello']
        """
        k, count = check_k(k), len(self.collection)
        namer, chosen = self.parts.namer, np.arange(count) if rows is None else rows_given(rows, count)
        features, embeddings = self.collection.vector_rows("visual"), self.collection.vector_rows("semantic")
        if namer is None:
            return self.vocabulary.nearest_nouns_each(embeddings[chosen], k) if self.vocabulary else [[] for _ in chosen]
        batches = (chosen[start : start + _ROWS_AT_A_TIME] for start in range(0, len(chosen), _ROWS_AT_A_TIME))
        named = (names for batch in batches for names in namer.name(Encoded(features[batch], embeddings[batch]), k))
        return [[hit.word for hit in names.hits] for names in named]

    def encoded(self, row: int) -> Encoded:
        """Return the stored vectors of an image of the collection, as ``encode`` returns them for other images.

        Args:
            row: The row of the image.

        Returns:
            Its features ``(1, f)`` and its embedding ``(1, d)``.

        Raises:
            QueryError: ``row`` is not a row of the collection.

        Example:
            >>> encoded = engine.encoded(engine.collection.row("violin"))
            >>> encoded.features.shape, encoded.embeddings.shape
            ((1, 1280), (1, 100))
        """
        row = row_given(row, len(self.collection))
        rows = slice(row, row + 1)
        return Encoded(self.collection.vector_rows("visual")[rows], self.collection.vector_rows("semantic")[rows])

    def label_embedding(self, embedding: Floats, k: int = 10, vocabulary: WordSet | Sequence[str] = "nouns") -> WordHits:
        """Return the ``k`` words nearest to a vector ``(d,)``, such as the mean of several embeddings.

        For one image ``label_encoded`` is better, because it also uses the features of the image.

        Args:
            embedding: The vector. It is scaled to length 1.
            k: How many words to return, from 1 to 1000.
            vocabulary: The words to choose from, as ``label_image`` takes them.

        Returns:
            The words with their cosines from -1 to 1, the nearest first.

        Raises:
            QueryError: ``k`` is out of range, ``vocabulary`` is not valid, or ``embedding`` is not a vector with a direction.
            UnknownWordError: A label has no known word.
            NoVocabularyError: The model has no vocabulary, and ``vocabulary`` is not a list of labels.

        Example:
            >>> embedding = engine.collection.embeddings[engine.collection.row("violin")]
            >>> [hit.word for hit in engine.label_embedding(embedding, k=2)]
            ['violin', 'cello']
        """
        check_k(k)
        embedding = vector_given(embedding, self.text.dimension)
        if isinstance(vocabulary, str):  # an array or a column of a table cannot be compared with a word
            if vocabulary == "nouns":
                return WordHits(self._known_words().nearest_nouns(embedding, k))
            if vocabulary == "all":
                return WordHits(self._known_words().nearest_words(embedding, k))
        labels, vectors = self._label_vectors(vocabulary)
        cosines = vectors @ embedding
        return WordHits(WordHit(labels[row], float(cosines[row])) for row in largest(cosines, k))

    def _label_vectors(self, labels: Sequence[str]) -> tuple[list[str], Floats]:
        """Return the labels, each once, and their unit vectors ``(labels, d)``."""
        names = labels_given(labels)
        return names, self.text.encode_checked(names)


def best_labels(fit: LabelFit, k: int) -> list[WordHits]:
    """Return the ``k`` labels that fit each image best, without those that are ruled out."""
    return [
        WordHits(
            WordHit(fit.labels[row], float(cosines[row]), float(scores[row])) for row in largest(scores, k) if scores[row] > -np.inf
        )
        for scores, cosines in zip(fit.scores, fit.cosines, strict=True)
    ]
