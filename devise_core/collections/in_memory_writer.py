"""Collect images for a collection in memory, such as the uploads of a session."""

from __future__ import annotations

from collections.abc import Sequence

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage


class InMemoryWriter(StoreWriter):
    """Writes a collection in memory, which is the attribute ``collection`` after ``seal``.

    Args:
        name: The name of the collection.
        title: The title that pages show. By default the name.
    """

    def __init__(self, name: str, title: str = "") -> None:
        self._name, self._title = name, title
        self._images: dict[str, InMemoryImage] = {}
        self.collection = InMemoryCollection(name, [], title)

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys``, the SHA-256 of original files, whose image was written."""
        return {image.key for image in self._images.values()}.intersection(keys)

    def put(self, batch: ImageBatch) -> None:
        """Write images. An image replaces an earlier image with the same id."""
        rows = zip(batch.items, batch.keys, batch.thumbnails, batch.features, batch.embeddings, strict=True)
        self._images |= {item.id: InMemoryImage(item, *rest) for item, *rest in rows}

    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids. Unknown ids are ignored."""
        for item_id in ids:
            self._images.pop(item_id, None)

    def seal(self) -> str:
        """Make ``collection`` from the images, and return its version."""
        self.collection = InMemoryCollection(self._name, list(self._images.values()), self._title)
        return self.collection.version
