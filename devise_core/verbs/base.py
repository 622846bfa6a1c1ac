"""The base class of all verbs, which are the methods of ``Engine``: a model and a collection of images."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from devise_core.collections.base import Collection
from devise_core.errors import ArtifactError, CollectionError, NoVocabularyError, QueryError, shortened
from devise_core.hits import Hits
from devise_core.search.model_parts import ModelParts
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.plain_form import plain_form
from devise_core.text.query import Query
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import ImageVector, read_query
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.tokens import plain_tokens
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats, Rows, unit_stored, vector_given
from devise_core.verbs.arguments import encoded_given, vectors_by_name
from devise_core.vision.image_encoder import Encoded, ImageEncoder

By = Literal["semantic", "visual", "labels"]
"""How two images are compared."""

Images = Mapping[str, Floats]
"""Name → embedding ``(d,)`` of images that ``like:NAME`` can name."""


class EngineBase:
    """A model and the collection that it searches.

    Args:
        layout: The model's folder.
        manifest: The manifest of that folder.
        text: Encodes texts.
        encoder: Encodes images into the same space as texts.
        collection: The images to search.
        parts: The parts that not every model has, such as a classifier. By default they are opened from the model's folder.

    Raises:
        ArtifactError: The vectors of the collection have another dimension than those of the text encoder.
    """

    def __init__(
        self,
        layout: ArtifactLayout,
        manifest: Manifest,
        text: TextEncoder,
        encoder: ImageEncoder,
        collection: Collection,
        parts: ModelParts | None = None,
    ) -> None:
        collection.expect_dimension(text.dimension)
        self.layout, self.manifest = layout, manifest
        self.text, self.encoder, self.collection = text, encoder, collection
        self.parts = parts or ModelParts(layout, manifest, text)

    @property
    def model_id(self) -> str:
        """A string that changes with anything the vectors depend on, as ``ImageEncoder.model_id`` says."""
        return self.encoder.model_id

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words the model knows one by one, or None if its text encoder has no such list.

        The verbs that list, complete or compare words need a vocabulary.
        """
        return self.text.vocabulary

    def query(self, text: str, images: Images | None = None) -> Query:
        """Read a query once, so that several verbs can use it.

        Args:
            text: A query in the language of ``query_parser``, such as "horse -saddle" or "like:violin + sea".
            images: Name → embedding ``(d,)`` of further images that ``like:NAME`` can name. A name in this
                mapping takes precedence over an image of the collection whose id is the same.

        Returns:
            The query's vector, and how the text was read. Verbs that take the text of a query also take this result.

        Raises:
            QueryError: The text is empty or too long, breaks the grammar, names an unknown image, or its terms cancel out.
            UnknownWordError: The query has no known word to look for.
            ArtifactError: The text encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> query = engine.query("bird -snowleopard")
            >>> [(term.word, round(term.weight, 2)) for term in query.reading.terms]
            [('bird', 0.67), ('snow leopard', -0.33)]
            >>> query.vector.shape
            (100,)
        """
        return read_query(text, self.text, self._image_vector(images), self.parts.senses, self._is_label_word)

    def _is_label_word(self, word: str) -> bool:
        """Return whether a label of the collection has a word, spelled in this way. False if the file of captions is damaged."""
        try:
            rows = self.collection.captions.search([[word]])
        except ArtifactError:
            return False  # a search in captions names the file
        described = self.collection.hits(rows, [0.0] * len(rows))
        return any(plain_form(word) in plain_tokens(label) for hit in described for label in hit.labels)

    def _as_query(self, text: str | Query, images: Images | None) -> Query:
        return text if isinstance(text, Query) else self.query(text, images)

    def _encoded(self, encoded: object, several: bool = False) -> Encoded:
        return encoded_given(encoded, self.text.dimension, several)

    def _known_words(self) -> Vocabulary:
        if self.vocabulary is None:
            raise NoVocabularyError
        return self.vocabulary

    def _image_vector(self, images: Images | None) -> ImageVector:
        """Return a function that returns the vector of a ``like:NAME`` clause."""
        named = vectors_by_name(images)

        def vector(clause: Clause) -> Floats:
            if clause.text in named:
                return vector_given(named[clause.text], self.text.dimension)
            if clause.text in self.collection:
                return unit_stored(
                    self.collection.vector_rows("semantic")[self.collection.row(clause.text)], "embeddings of the collection"
                )
            from rapidfuzz import process

            near = process.extract(clause.text, [*named, *self.collection.ids_like(clause.text, 3)], limit=3)
            raise QueryError(
                f"There is no picture “{shortened(clause.text)}” in the collection {self.collection.name} (character "
                f"{clause.start + 1}). Did you mean {' or '.join(name for name, _, _ in near)}?",
                clause.start,
            )

        return vector

    @property
    def _has_stored_parts(self) -> bool:
        """Whether the vectors that the collection stores for the score and the evidence were computed with this model.

        The score orders the images (``search/scorer.py``). The evidence says whether any image matches (``verbs/evidence.py``).
        """
        return bool(self.collection.facts.get("parts") == self.parts.version)

    @cached_property
    def _class_shares(self) -> Floats:
        """The classifier's softmax for every image ``(n, labels)``. Both the score and the evidence use it."""
        return self._shares_of(self.collection.features)

    def _shares_of(self, features: Floats) -> Floats:
        classifier = self.parts.classifier
        assert classifier is not None
        if features.shape[1] != classifier.feature_count:
            raise CollectionError(
                f"The collection {self.collection.name} has {features.shape[1]} features for each image, but the model "
                f"expects {classifier.feature_count}. Make the collection again."
            )
        return classifier.shares(features)

    def _hits(self, rows: Rows, cosines: Floats) -> Hits:
        return Hits(self.collection.hits(rows, cosines))
