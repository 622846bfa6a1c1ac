"""The contract of every collection: images, what is known about them, their vectors, indexes and maps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from devise_core.collections.caption_index import CaptionIndex
from devise_core.collections.projection import Projections
from devise_core.datatypes import Hit, Item
from devise_core.errors import CollectionError, NoCollectionError
from devise_core.search.index import Index
from devise_core.vectors import Floats


class Collection(ABC):
    """Images that can be searched. Items, embeddings and features have one order, in which an image has a row.

    ``tests/test_collections.py`` is the contract that every collection passes. ``described`` says whether labels and captions
    describe the images. Otherwise they are names of folders and files.

    Args:
        name: What the collection is called.
        items: One for each image. Their ids differ.
    """

    described = True

    def __init__(self, name: str, items: Sequence[Item]) -> None:
        self.name, self.items = name, list(items)

    @property
    @abstractmethod
    def version(self) -> str:
        """A string that changes when the collection is made again, for the keys of caches and the URLs of images."""

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
    def embedding_index(self) -> Index:
        """The index over ``embeddings``, by what images show."""

    @property
    @abstractmethod
    def feature_index(self) -> Index:
        """The index over ``features``, by how images look."""

    @property
    @abstractmethod
    def projections(self) -> Projections:
        """The maps.

        Raises:
            CollectionError: The collection was made before there were maps.
        """

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was noted about the collection when it was written. Empty for one that is in no file."""
        return {}

    @property
    def title(self) -> str:
        """What pages call the collection. It is the name of a collection that was written without a title."""
        return str(self.facts.get("title") or self.name)

    @property
    def description(self) -> str:
        """What the collection shows, in a sentence, or an empty text."""
        return str(self.facts.get("description", ""))

    @property
    def has_cut_outs(self) -> bool:
        """Whether the images are objects on a transparent background, which must be shown whole."""
        return bool(self.facts.get("cut_outs", False))

    @property
    def score_vectors(self) -> Floats | None:
        """What the score needs of the images ``(n, c + 1)``, as it was computed when the collection was written, if it was."""
        return None

    @cached_property
    def captions(self) -> CaptionIndex:
        """The index over the labels, captions and categories, made in memory on first use."""
        return CaptionIndex.of(self.items)

    def verify(self) -> None:  # noqa: B027  a collection in no file cannot be damaged
        """Check the files that every search reads.

        Raises:
            ArtifactError: A file is missing or damaged.
        """

    @abstractmethod
    def picture(self, row: int) -> Path | bytes:
        """Return the file of the image at ``row``, or its bytes if it is in no file."""

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._rows

    def row(self, item_id: str) -> int:
        """Return the row of an id.

        Raises:
            CollectionError: The collection has no such id.
        """
        try:
            return self._rows[item_id]
        except KeyError as error:
            raise CollectionError(
                f"The collection {self.name} has no image “{item_id}”. Choose one of its images, or another collection."
            ) from error

    def hit(self, row: int, cosine: float) -> Hit:
        """Return the image at ``row`` as the result of a search."""
        picture = self.picture(row)
        return Hit(self.items[row], row, picture if isinstance(picture, Path) else None, cosine)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {item.id: row for row, item in enumerate(self.items)}


class EmptyCollection(Collection):
    """The collection of a model without collections.

    The model can still label images and compare words. A search raises ``NoCollectionError``, which says what to do.
    """

    def __init__(self) -> None:
        super().__init__("none", [])

    def _raise(self) -> NoReturn:
        raise NoCollectionError

    version = ""
    embeddings = features = embedding_index = feature_index = projections = property(_raise)

    def picture(self, row: int) -> Path:  # noqa: ARG002  the contract's signature
        """Raise ``NoCollectionError``, since there is no image at any row."""
        self._raise()
