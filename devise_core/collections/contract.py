"""The questions that every collection answers, however large it is and wherever it is stored.

Images are identified by ids. No method returns all images. Features that would need all images work on the sample of ``about``,
and say so. ``tests/test_collection_contract.py`` compares each implementation with an exact reference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from devise_core.datatypes import Item
from devise_core.errors import QueryError, shown_value
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.vectors import Floats

WINDOW = 16_384
"""The most results of a search, over all its pages. Milvus and other engines have the same limit."""
SAMPLED = 20_000
"""How many images the sample of ``About`` has at most."""
MOST_FACETS = 1_000
"""How many labels, categories and years ``About`` lists at most, of each. A condition may also name one that is not listed."""

Facet = Literal["label", "category", "year"]
"""A property that images are counted by. The year is the one in which a photo was taken."""
SortKey = Literal["name", "taken"]
"""What images can be sorted by: their first label, or their id if they have no label, or their date (``Item.taken``)."""
Compared = Literal["semantic", "visual", "score"]
"""The vectors that are compared: the embeddings, the backbone's features, or what the score of a text search needs.

A query vector for "score" has three parts: the query in the space of words, the query in the concept space, and −1, which is
multiplied with a constant of each image. ``docs/explanation/score.md`` explains the score.
"""


def check_facet(kind: Facet) -> Facet:
    """Return ``kind``, or raise ``QueryError`` if images are not counted by it."""
    if not isinstance(kind, str) or kind not in get_args(Facet):
        raise QueryError(f"Images are counted by {', '.join(get_args(Facet))}. Received: {shown_value(kind)}.")
    return kind


@dataclass(frozen=True)
class Scored:
    """An image that ``nearest`` returned.

    Attributes:
        id: The id of the image.
        value: The inner product with the query. For "semantic" and "visual", this is the cosine.
    """

    id: str
    value: float


@dataclass(frozen=True)
class Count:
    """How many images satisfy a condition.

    Attributes:
        value: The number.
        exact: Whether there are exactly ``value`` images. Otherwise there are at least ``value``.
    """

    value: int
    exact: bool = True


@dataclass(frozen=True)
class About:
    """What is known of a collection as a whole. It is computed once, when the collection is written.

    Attributes:
        count: The number of images.
        chance: The chance level, a cosine that no image reaches for 30% of random nouns. None if it was not computed.
        categories: The most frequent categories and the categories above them, each with the number of its images.
        labels: The most frequent labels, each with the number of its images.
        sample: The ids of up to ``SAMPLED`` images, drawn at random with a seed.
        years: The years in which the photos were taken, each with the number of its photos.
    """

    count: int
    chance: float | None
    categories: Mapping[str, int]
    labels: Mapping[str, int]
    sample: Sequence[str]
    years: Mapping[str, int] = field(default_factory=dict)


class Store(ABC):
    """Images that can be searched.

    Example:
        >>> from devise_core.collections.local_store import LocalStore
        >>> store = LocalStore(engine.collection)
        >>> [scored.id for scored in store.nearest(engine.embed_text("violin"), 1)]
        ['violin']
    """

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of images."""

    @abstractmethod
    def __contains__(self, item_id: str) -> bool:
        """Return whether there is an image with this id."""

    @abstractmethod
    def about(self) -> About:
        """Return what is known of the collection as a whole."""

    @abstractmethod
    def nearest(
        self,
        vector: Floats,
        k: int,
        *,
        by: Compared = "semantic",
        where: Condition = EVERYTHING,
        least: float | None = None,
        skip: int = 0,
    ) -> list[Scored]:
        """Return the images with the largest inner products, the best first. Equal images come in any order.

        Args:
            vector: The query. For "semantic" and "visual" a unit vector.
            k: How many to return.
            by: The vectors to compare.
            where: What the images must satisfy.
            least: The least inner product that an image must have. None for any.
            skip: How many of the best images to leave out. Nothing is returned beyond the first ``WINDOW`` images.

        Raises:
            QueryError: ``k`` or ``skip`` is negative.
            ValueError: The query has another dimension than the vectors.
        """

    @abstractmethod
    def count(self, where: Condition = EVERYTHING, vector: Floats | None = None, least: float | None = None) -> Count:
        """Return how many images satisfy a condition.

        Args:
            where: What the images must satisfy.
            vector: A unit vector ``(d,)``. If ``vector`` and ``least`` are None, only the condition counts.
            least: The least cosine with ``vector`` that an image must have, from -1 to 1.

        Returns:
            The number, and whether it is exact.
        """

    @abstractmethod
    def items(self, ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids, in that order.

        Raises:
            CollectionError: There is no image with one of the ids.
        """

    @abstractmethod
    def vectors(self, ids: Sequence[str], by: Compared = "semantic") -> Floats:
        """Return the vectors of the images with these ids ``(n, d)``.

        Raises:
            CollectionError: There is no image with one of the ids, or the collection does not store these vectors.
        """

    @abstractmethod
    def picture(self, item_id: str) -> Path | bytes:
        """Return the file or the bytes of an image. Raises ``CollectionError`` for an unknown id."""


@dataclass(frozen=True)
class ImageBatch:
    """Images to write.

    Attributes:
        items: The item of each image.
        features: The backbone's features ``(n, f)``.
        embeddings: Unit rows ``(n, d)``.
        thumbnails: The WebP bytes of each thumbnail.
        keys: The SHA-256 of each original file, or empty strings.
    """

    items: Sequence[Item]
    features: Floats
    embeddings: Floats
    thumbnails: Sequence[bytes]
    keys: Sequence[str]

    def __post_init__(self) -> None:
        lengths = [len(part) for part in (self.items, self.features, self.embeddings, self.thumbnails, self.keys)]
        if len(set(lengths)) > 1:
            raise ValueError(
                "A batch has one row of features and embeddings, one thumbnail and one key for each item. "
                f"Received: {', '.join(map(str, lengths))}."
            )


class StoreWriter(ABC):
    """Writes images. Nothing is visible to readers before ``seal``.

    Example:
        >>> import numpy as np
        >>> from devise_core.collections.in_memory_writer import InMemoryWriter
        >>> writer = InMemoryWriter("red")
        >>> vectors = np.ones((1, 2), dtype=np.float32)
        >>> writer.put(ImageBatch([Item("rose", "rose.webp")], vectors, vectors, [b""], ["key"]))
        >>> writer.known(["key", "other"])
        {'key'}
    """

    @abstractmethod
    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that belong to an image that was written."""

    @abstractmethod
    def put(self, batch: ImageBatch) -> None:
        """Write images. An image replaces an older one with the same id, so writing a batch twice changes nothing."""

    @abstractmethod
    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids, if they are there."""

    @abstractmethod
    def seal(self) -> str:
        """Compute the index, the maps and the facts of ``About``, and show the collection to readers.

        Returns:
            The new version of the collection, as in ``Collection.version``.
        """
