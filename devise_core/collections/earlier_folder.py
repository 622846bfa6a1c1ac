"""The images of a collection in a folder, which is about to be written again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np

from devise_core.collections.contract import ImageBatch
from devise_core.collections.earlier_images import EarlierImages
from devise_core.collections.folder import FolderCollection
from devise_core.collections.item_table import StoredItems
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError


class FolderImages(EarlierImages):
    """The images of a collection in a folder.

    Args:
        collection: The collection.
    """

    def __init__(self, collection: FolderCollection) -> None:
        self._collection = collection
        self._on_disk = collection.items if isinstance(collection.items, StoredItems) else None
        self._items = {} if self._on_disk is not None else {item.id: item for item in collection.items}

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Open the images of the collection in ``folder``. Return None if the collection is missing or damaged."""
        with suppress(ArtifactError, CollectionError, OSError):
            return cls(FolderCollection.open(folder))
        return None

    @property
    def name(self) -> str:
        """The name of the collection."""
        return self._collection.name

    @property
    def model_id(self) -> str:
        """The id of the model that made the vectors. Empty if it is not known."""
        return str(self.facts.get("model", ""))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the manifest notes about the collection."""
        return self._collection.facts

    def __len__(self) -> int:
        return len(self._collection)

    def places(self) -> Iterator[Item]:
        """Yield the items."""
        return iter(self._collection.items)

    def stored(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, or of the thumbnail in a small collection."""
        if self._on_disk is not None:
            return self._on_disk.with_keys(ids)
        known = (self._items[item_id] for item_id in ids if item_id in self._items)
        return {item.id: (item, self._thumbnail_key(item)) for item in known}

    def batch(self, ids: Sequence[str]) -> ImageBatch:
        """Return images with their vectors and thumbnails."""
        rows = np.array([self._collection.row(item_id) for item_id in ids])
        features, embeddings = (self._collection.vector_rows(by)[rows].astype(np.float32) for by in ("visual", "semantic"))
        items, keys = zip(*map(self.stored(ids).__getitem__, ids), strict=True)
        thumbnails = [self._collection.picture(int(row)).read_bytes() for row in rows]
        return ImageBatch(items, features, embeddings, thumbnails, keys)

    def _thumbnail_key(self, item: Item) -> str:
        file = self._collection.layout.root / item.file
        return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
