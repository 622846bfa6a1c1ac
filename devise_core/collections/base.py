"""The contract of every collection: images, what is known about them, their vectors, indexes and maps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.caption_index import CaptionIndex, CaptionSearch
from devise_core.collections.contract import MOST_FACETS, SAMPLED, About, Facet, SortKey, check_facet
from devise_core.collections.facts import CollectionFacts
from devise_core.collections.projection import Projections
from devise_core.collections.stored_vectors import StoredVectors
from devise_core.datatypes import Hit, Item
from devise_core.errors import CollectionError, shortened
from devise_core.search.conditions import EVERYTHING, Condition, ItemPostings, Postings, mask_of
from devise_core.vectors import Floats, Rows

SEED = 7
"""The seed of the random sample of a collection."""


class Collection(StoredVectors, CollectionFacts):
    """Images on this machine. Items, embeddings and features have the same order, so an image has the same row in all of them.

    Every collection passes ``tests/test_collections.py``. ``described`` says whether labels and captions describe the images. If
    not, they are names of folders and files. ``LocalStore`` makes a ``Store`` (``collections/contract.py``) of a collection.

    ``embeddings`` and ``features`` read a whole matrix into memory. Pages use ``vector_rows`` and ``products`` instead.

    Args:
        name: What the collection is called.
        items: One item for each image. No two items have the same id.

    Example:
        >>> collection = engine.collection
        >>> "violin" in collection, collection.hit(collection.row("violin"), cosine=1.0).name
        (True, 'violin')
    """

    described = True
    in_memory = False
    """Whether the images are in no file."""
    remote = False
    """Whether the images are on another machine, so that no caller may read all of them."""

    def __init__(self, name: str, items: Sequence[Item]) -> None:
        self.name: str = name
        self.items: Sequence[Item] = items

    @property
    @abstractmethod
    def version(self) -> str:
        """A string that changes when the collection is made again, for the keys of caches and the URLs of images."""

    @property
    @abstractmethod
    def projections(self) -> Projections:
        """The maps.

        Raises:
            CollectionError: The collection has no maps, because it was made before maps existed.
        """

    @cached_property
    def captions(self) -> CaptionSearch:
        """The index over the labels, captions and categories, made in memory on first use."""
        return CaptionIndex.of(self.items)

    @cached_property
    def postings(self) -> Postings:
        """The rows that have each label, category, period and id."""
        return ItemPostings(self.items)

    def facets(self, kind: Facet, most: int = MOST_FACETS) -> dict[str, int]:
        """Return the most frequent labels, categories or years, each with its number of images. Ties are sorted by name.

        Args:
            kind: What to count. An image counts for its category and for each category above it.
            most: How many to return at most.

        Raises:
            QueryError: ``kind`` is none of these.
        """
        postings = self.postings if isinstance(self.postings, ItemPostings) else ItemPostings(self.items)
        values = {"label": postings.labels, "category": postings.categories, "year": postings.years}[check_facet(kind)]
        counts = {value: len(rows) for value, rows in values.items()}
        return dict(sorted(counts.items(), key=lambda facet: (-facet[1], facet[0]))[:most])

    def sample_rows(self, most: int = SAMPLED) -> Rows:
        """Return the rows of up to ``most`` images, drawn at random with a seed, in ascending order."""
        return np.sort(np.random.default_rng(SEED).permutation(len(self))[:most]).astype(np.int64)

    @cached_property
    def about(self) -> About:
        """What is known of the collection as a whole."""
        sample = [item.id for item in self.items_at(self.sample_rows())]
        return About(len(self), self.chance, self.facets("category"), self.facets("label"), sample, self.facets("year"))

    def inside(self, where: Condition) -> Any:
        """Return a condition as a ``Comparison`` takes it: which images satisfy it ``(n,)``, or None if all do."""
        return None if where == EVERYTHING else mask_of(where, self.postings)

    def count_inside(self, inside: Any) -> int:
        """Return how many images satisfy a condition that ``inside`` returned."""
        return len(self) if inside is None else int(np.count_nonzero(inside))

    def items_at(self, rows: Sequence[int] | Rows) -> list[Item]:
        """Return the items at ``rows``, in that order."""
        return [self.items[int(row)] for row in rows]

    def sort_keys(self, rows: Sequence[int] | Rows, by: SortKey) -> list[str]:
        """Return the names or the dates of the items at ``rows``, to sort them by."""
        return [item.taken if by == "taken" else item.labels[0] if item.labels else item.id for item in self.items_at(rows)]

    def ids_like(self, text: str, k: int) -> list[str]:
        """Return up to ``k`` ids that are spelled like ``text``."""
        from rapidfuzz import process

        return [name for name, _, _ in process.extract(text, [item.id for item in self.items], limit=k)]

    def verify(self) -> None:
        """Check the files that every search reads.

        Raises:
            ArtifactError: A file is missing or damaged.
        """

    @abstractmethod
    def picture(self, row: int) -> Path | bytes:
        """Return the file of the image at ``row``, or its bytes if it is in no file. Raise ``QueryError`` for any other row."""

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item_id: object) -> bool:
        return isinstance(item_id, str) and self.postings.row_of(item_id) is not None

    def row(self, item_id: str) -> int:
        """Return the row of an id.

        Raises:
            CollectionError: The collection has no such id, or the id is not a text.
        """
        if not isinstance(item_id, str):
            raise CollectionError(f"The id of an image is a text. Received: {type(item_id).__name__}.")
        row = self.postings.row_of(item_id)
        if row is None:
            raise CollectionError(
                f"The collection {self.name} has no image “{shortened(item_id)}”. Choose one of its images, or another collection."
            )
        return row

    def hit(self, row: int, cosine: float) -> Hit:
        """Return the image at ``row`` as the result of a search."""
        return self.hits([row], [cosine])[0]

    def hits(self, rows: Sequence[int] | Rows, cosines: Sequence[float] | Floats) -> list[Hit]:
        """Return images as the results of a search.

        Args:
            rows: The rows ``(n,)`` of the images.
            cosines: Their cosines with the query ``(n,)``, from -1 to 1.
        """
        numbers = [int(row) for row in rows]
        each = zip(self.items_at(numbers), numbers, cosines, strict=True)
        return [Hit(item, row, self._file_of(item), float(cosine)) for item, row, cosine in each]

    def _file_of(self, item: Item) -> Path | None:  # noqa: ARG002  by default the images are in no file
        """Return the file of an image, or None if it is in no file."""
        return None
