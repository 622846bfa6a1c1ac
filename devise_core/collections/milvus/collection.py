"""A collection in Milvus that pages and commands read by row, like other collections.

A version is sealed when it is complete. From then on, its row numbers do not change. ``names.py`` explains versions and parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, Self

from devise_core.collections.base import Collection
from devise_core.collections.contract import MOST_FACETS, About, Facet, check_facet
from devise_core.collections.milvus.comparison import MilvusCaptions, MilvusComparison, MilvusNearest, MilvusPostings
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.names import PREFIX
from devise_core.collections.milvus.rows import MilvusItems, MilvusRows
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.vector_files import Stored
from devise_core.datatypes import Hit, Item
from devise_core.errors import ArtifactError, CollectionError, NoMapError
from devise_core.installation import PROGRAM
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.index import NearestVectors
from devise_core.storage.fetched_rows import FetchedRows
from devise_core.vectors import Floats, Rows, row_given


class MilvusCollection(Collection):
    """A version of a collection in Milvus. Only the images that are shown are fetched.

    Args:
        store: Reads the version from Milvus.
    """

    remote = True

    def __init__(self, store: MilvusStore) -> None:
        self.store, self._rows = store, MilvusRows(store)
        super().__init__(PREFIX + store.name, MilvusItems(self._rows, len(store)))

    @classmethod
    def open(cls, name: str, model_id: str = "", connection: MilvusConnection | None = None) -> Self:
        """Open the version that readers see now.

        Args:
            name: The name, with or without ``milvus:``.
            model_id: ``ImageEncoder.model_id`` of the model that the vectors must come from. Empty for any model.
            connection: The server. By default the configured one.

        Returns:
            The collection.

        Raises:
            CollectionError: There is no such collection, it was made by another release of Semblance, or Milvus does not answer.
            OtherModelError: The vectors come from another model.
        """
        return cls(MilvusStore.open(name.removeprefix(PREFIX), connection, model_id))

    @property
    def title(self) -> str:
        """The title of the collection, or its name in Milvus."""
        return str(self.facts.get("title") or self.store.name)

    @property
    def version(self) -> str:
        """The number of the version."""
        return str(self.store.version.number)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was computed when the version was sealed."""
        return self.store.facts

    @property
    def about(self) -> About:
        """What is known of the collection as a whole."""
        return self.store.about()

    def _all_images(self) -> NoReturn:
        raise CollectionError(
            f"This needs all images of {self.store.name} at once, but they are in Milvus. Copy them into a folder with "
            f"`{PROGRAM} copy {self.name} NAME`."
        )

    embeddings = features = property(_all_images)

    @property
    def projections(self) -> NoReturn:
        """Raise ``NoMapError``, since Milvus has no maps."""
        raise NoMapError(
            f"There is no map of {self.title}, because its pictures are in Milvus. Copy it into a folder with "
            f"`{PROGRAM} copy {self.name} NAME` to see one."
        )

    @cached_property
    def embedding_index(self) -> NearestVectors:
        """Finds the nearest images by what they show, in Milvus."""
        return MilvusNearest(self.store, self._rows, "semantic")

    @cached_property
    def feature_index(self) -> NearestVectors:
        """Finds the nearest images by how they look, in Milvus."""
        return MilvusNearest(self.store, self._rows, "visual")

    @cached_property
    def captions(self) -> MilvusCaptions:
        """Finds images by their labels, because Milvus does not search captions (``MilvusCaptions``)."""
        return MilvusCaptions(self.store)

    @cached_property
    def postings(self) -> MilvusPostings:
        """Finds the rows of a label, a category or an id."""
        return MilvusPostings(self.store)

    def stores(self, by: Stored) -> bool:
        """Return whether the collection stores these vectors."""
        return by in ("semantic", "visual") or self.store.has_score

    def vector_rows(self, by: Stored) -> FetchedRows:
        """Return a matrix of vectors whose rows are fetched on use. Raises ``CollectionError`` if the vectors are not stored."""
        if not self.stores(by):
            raise CollectionError(f"The collection {self.name} does not store the vectors of the score. Make the collection again.")
        widths = {
            "semantic": self.store.dimension,
            "concept": self.store.width("score") - self.store.dimension,
            "visual": self.store.width("visual"),
            "partition": 2,
        }
        return FetchedRows((len(self), widths[by]), getattr(self._rows, by))

    def compare(self, vectors: Floats, concepts: Floats | None = None) -> MilvusComparison:
        """Compare a query with all images, in Milvus."""
        return MilvusComparison(self.store, self._rows, vectors, concepts)

    def inside(self, where: Condition) -> Condition | None:
        """Return ``where``, or None if it is the condition that all images satisfy."""
        return None if where == EVERYTHING else where

    def count_inside(self, inside: Condition | None) -> int:
        """Return how many images satisfy a condition."""
        return len(self) if inside is None else self.store.count(inside).value

    def facets(self, kind: Facet, most: int = MOST_FACETS) -> dict[str, int]:
        """Return the most frequent labels, categories or years, with their image counts. Up to ``MOST_FACETS`` are stored."""
        counts = {"label": self.about.labels, "category": self.about.categories, "year": self.about.years}[check_facet(kind)]
        return dict(list(counts.items())[:most])

    def items_at(self, rows: Sequence[int] | Rows) -> list[Item]:
        """Return the items at ``rows``, in that order, with one call."""
        assert isinstance(self.items, MilvusItems)
        return self.items.at(int(row) for row in rows)

    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that are spelled like ``text``, from the sample of images in ``about``."""
        from rapidfuzz import process

        return [name for name, _, _ in process.extract(text, self.about.sample, limit=k)]

    def hits(self, rows: Sequence[int] | Rows, cosines: Sequence[float] | Floats) -> list[Hit]:
        """Return the images at ``rows`` as the results of a search."""
        items = self.items_at(rows)
        folder = self.store.thumbnails.folder
        each = zip(items, rows, cosines, strict=True)
        return [Hit(item, int(row), folder / item.file if item.file else None, float(cosine)) for item, row, cosine in each]

    def picture(self, row: int) -> Path:
        """Return the thumbnail at ``row``. Raises ``CollectionError`` if the file is not on this machine."""
        return self.store.thumbnails.path(self.items[row_given(row, len(self))].file)

    def expect_dimension(self, dimension: int) -> None:
        """Check that the embeddings have as many dimensions as the model's word vectors.

        Raises:
            ArtifactError: The embeddings have another number of dimensions.
        """
        if self.store.dimension != dimension:
            raise ArtifactError(f"{self.name} does not have {dimension} numbers for each image. Make the collection again.")
