"""The images of a collection that is about to be written again, wherever the collection is stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any

from devise_core.collections.contract import ImageBatch
from devise_core.collections.facts import GIVEN_DATES
from devise_core.datatypes import Item

AT_A_TIME = 256
"""How many images ``batches`` reads at a time."""


class EarlierImages(ABC):
    """The images that readers of a collection see while a new version is written."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the collection, for messages."""

    @property
    @abstractmethod
    def model_id(self) -> str:
        """The id of the model that made the vectors. Empty if it is not known."""

    @property
    @abstractmethod
    def facts(self) -> Mapping[str, Any]:
        """What is recorded about the collection."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of images."""

    @abstractmethod
    def places(self) -> Iterator[Item]:
        """Yield an item for each image, of which only the id, the category and the source need to be filled in."""

    @abstractmethod
    def stored(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return the images with these ids, as far as they exist.

        Args:
            ids: Up to ``AT_A_TIME`` ids.

        Returns:
            id → item and SHA-256 of the original file, or of the thumbnail if only that is known, or "".
        """

    @abstractmethod
    def batch(self, ids: Sequence[str]) -> ImageBatch:
        """Return images with their vectors and thumbnails, in the order of ``ids``, to write them again.

        Args:
            ids: Up to ``AT_A_TIME`` ids of images of the collection.

        Raises:
            CollectionError: A thumbnail is not on this machine.
        """

    def batches(self, ids: Iterable[str]) -> Iterator[ImageBatch]:
        """Yield what ``batch`` returns for ``ids``, ``AT_A_TIME`` images at a time."""
        rest = iter(ids)
        while part := list(islice(rest, AT_A_TIME)):
            yield self.batch(part)

    def stored_form(self, item: Item) -> Item:
        """Return an item as ``stored`` would return it after it was written."""
        return item

    def differs(self, before: tuple[Item, str], item: Item, key: str, thumbnail: bytes) -> bool:
        """Return whether an image, or what is written about it, differs from what is stored.

        Args:
            before: What ``stored`` returns for the image.
            item: The item of the image now.
            key: The SHA-256 of the file now.
            thumbnail: The thumbnail of the file now.
        """
        earlier, earlier_key = before
        now = self.stored_form(item)
        if _description(earlier) != _description(now) or (earlier.taken != now.taken and GIVEN_DATES in self.facts):
            return True
        return earlier_key not in (key, sha256(thumbnail).hexdigest())


def _description(item: Item) -> tuple[tuple[str, ...], str, str, str, str]:
    return item.labels, item.category, item.caption, item.author, item.licence
