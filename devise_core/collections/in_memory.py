"""A collection in memory, such as the images that a visitor uploads in one session. Nothing is written to a file."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from devise_core.collections.base import Collection
from devise_core.collections.projection import Projections, project
from devise_core.datatypes import Item
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.search.ranking import Mask
from devise_core.vectors import Floats, row_given


@dataclass(frozen=True)
class UploadedItem(Item):
    """An uploaded image. Its labels are the names of its folders, and its caption is the name of its file.

    Attributes:
        title: What the image shows, or "" if that is not clear.
        blank: Whether the image shows hardly anything, such as only one colour (``vision/blank.py``).
    """

    title: str = ""
    blank: bool = False

    @property
    def name(self) -> str:
        """The title, or the name of the file, or the id."""
        return self.title or self.caption or self.id

    @classmethod
    def titled(cls, item: Item, title: str, blank: bool = False) -> UploadedItem:
        """Return an item with a title. A blank image gets no title.

        Args:
            item: What is known of the image.
            title: What the image shows, or "".
            blank: Whether the image shows hardly anything.
        """
        return cls(**{field.name: getattr(item, field.name) for field in fields(Item)}, title="" if blank else title, blank=blank)


@dataclass(frozen=True)
class InMemoryImage:
    """One image with its vectors.

    Attributes:
        item: What is known of the image.
        key: Identifies the original file, usually by its SHA-256.
        thumbnail: WebP bytes, or empty if no page shows the image.
        features: The features of the backbone, ``float32 (f,)``.
        embedding: Unit vector, ``float32 (d,)``.
    """

    item: Item
    key: str
    thumbnail: bytes
    features: Floats
    embedding: Floats

    @property
    def nbytes(self) -> int:
        """The memory that thumbnail and vectors take, in bytes."""
        return len(self.thumbnail) + self.features.nbytes + self.embedding.nbytes


class InMemoryCollection(Collection):
    """A collection of ``images`` in memory, with exact indexes. Its map shows the principal components.

    Args:
        name: The name of the collection. Several sessions may use the same name.
        images: The images. A search needs at least one image.
        title: The title that pages show. By default the name.
    """

    described = False
    in_memory = True

    def __init__(self, name: str, images: Sequence[InMemoryImage], title: str = "") -> None:
        super().__init__(name, [image.item for image in images])
        self.images, self._title = list(images), title
        self._version = secrets.token_hex(8)  # distinguishes the collections of two sessions, which have the same name

    @property
    def title(self) -> str:
        """The title that was given to the constructor, or the name."""
        return self._title or self.name

    @property
    def version(self) -> str:
        """A random string, which differs for each object."""
        return self._version

    @cached_property
    def blank_images(self) -> Mask | None:
        """Which images show hardly anything ``(n,)``, or None if all show something."""
        blank = np.asarray([isinstance(item, UploadedItem) and item.blank for item in self.items], dtype=np.bool_)
        return blank if blank.any() else None

    @cached_property
    def embeddings(self) -> Floats:
        """Unit rows ``float32 (n, d)``, stacked on first use."""
        return np.stack([image.embedding for image in self.images])

    @cached_property
    def features(self) -> Floats:
        """The backbone's features ``float32 (n, f)``, stacked on first use."""
        return np.stack([image.features for image in self.images])

    @cached_property
    def embedding_index(self) -> Index:
        """The exact index over ``embeddings``."""
        return ExactIndex(self.embeddings)

    @cached_property
    def feature_index(self) -> Index:
        """The exact index over ``features``."""
        return ExactIndex(self.features)

    @cached_property
    def projections(self) -> Projections:
        """Maps of the principal components of ``embeddings``, in two and three dimensions."""
        return project(self.embeddings, methods=("pca",))

    def picture(self, row: int) -> bytes:
        """Return the thumbnail at ``row`` as WebP bytes."""
        return self.images[row_given(row, len(self))].thumbnail
