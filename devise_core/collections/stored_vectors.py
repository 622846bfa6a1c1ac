"""The vectors of a collection, the indexes over them, and how they are compared with a query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import get_args

from devise_core.collections.vector_files import Multiplied, Stored
from devise_core.errors import ArtifactError, CollectionError, shown_value
from devise_core.search.index import NearestVectors
from devise_core.search.products import ExactProducts, Products
from devise_core.search.scan import Comparison, Scan
from devise_core.storage.mapped_rows import VectorRows
from devise_core.vectors import Floats


class StoredVectors(ABC):
    """The vectors of the images of a collection. An image has the same row in all of them.

    ``embeddings`` and ``features`` read a whole matrix into memory. Pages use ``vector_rows`` and ``products`` instead.
    """

    name: str

    @property
    @abstractmethod
    def embeddings(self) -> Floats:
        """Unit rows ``(n, d)`` in the space of the text encoder."""

    @property
    @abstractmethod
    def features(self) -> Floats:
        """The backbone's features ``(n, f)``."""

    @property
    @abstractmethod
    def embedding_index(self) -> NearestVectors:
        """The index over ``embeddings``, by what images show."""

    @property
    @abstractmethod
    def feature_index(self) -> NearestVectors:
        """The index over ``features``, by how images look."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of images."""

    def expect_dimension(self, dimension: int) -> None:
        """Check that the embeddings have as many dimensions as the vectors of a text encoder.

        Raises:
            ArtifactError: The numbers of dimensions differ.
        """
        stored = self.vector_rows("semantic").shape[1] if len(self) else dimension
        if stored != dimension:
            raise ArtifactError(
                f"The embeddings of the collection {self.name} have {stored} numbers for each image, but the vectors of the text "
                f"encoder have {dimension}. Make the collection again, or use the text encoder of its model."
            )

    @property
    def score_vectors(self) -> Floats | None:
        """What the score needs of each image besides ``embeddings``, ``(n, c + 1)``, or None if that was not computed."""
        return None

    def stores(self, by: Stored) -> bool:
        """Return whether the collection stores these vectors."""
        return by in ("semantic", "visual") or (by == "concept" and self.score_vectors is not None)

    def vector_rows(self, by: Stored) -> VectorRows:
        """Return the vectors, from which single rows can be read.

        Returns:
            Rows ``(n, d)`` for "semantic", ``(n, f)`` for "visual" or ``(n, c + 1)`` for "concept".

        Raises:
            CollectionError: The collection does not store these vectors.
            ArtifactError: The file is missing or damaged.
        """
        if by in ("semantic", "visual"):
            return self.embeddings if by == "semantic" else self.features
        vectors = self.score_vectors if by == "concept" else None
        if vectors is None:
            raise CollectionError(f"The collection {self.name} does not store the vectors of the score. Make the collection again.")
        return vectors

    def products(self, by: Multiplied) -> Products:
        """Return the object that multiplies a query with all vectors. For features, use ``feature_index``.

        Raises:
            CollectionError: The collection does not store these vectors, or they are features.
            ArtifactError: A file is missing or damaged.
        """
        if by not in get_args(Multiplied):
            raise CollectionError(
                f"There are only products with the vectors {' and '.join(get_args(Multiplied))}. Use feature_index for features. "
                f"Received: {shown_value(by)}."
            )
        if by not in self._products:
            self._products[by] = self._open_products(by)
        return self._products[by]

    def compare(self, vectors: Floats, concepts: Floats | None = None) -> Comparison:
        """Compare a query with all images.

        Args:
            vectors: Unit vectors ``(m, d)``, one for each sense of the query.
            concepts: What else the score needs of the query ``(m, c + 1)``. If None, the score is the cosine.

        Returns:
            The cosines and scores of all images for the query.
        """
        semantic = self.products("semantic")
        return Scan(semantic, vectors) if concepts is None else Scan(semantic, vectors, self.products("concept"), concepts)

    @cached_property
    def _products(self) -> dict[Multiplied, Products]:
        return {}

    def _open_products(self, by: Multiplied) -> Products:
        return ExactProducts(self.vector_rows(by)[:])
