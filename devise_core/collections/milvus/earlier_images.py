"""The images of a collection in Milvus, which is about to be written again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from devise_core.collections.contract import ImageBatch
from devise_core.collections.earlier_images import EarlierImages
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.expressions import one_of
from devise_core.collections.milvus.facts import read_beginning
from devise_core.collections.milvus.names import PREFIX
from devise_core.collections.milvus.schema import FORMAT, ITEM_FIELDS, PLACE_FIELDS, item_of, place_of, stored_form
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, UnreachableStoreError

PLACES = 4_000
"""How many places one request reads. Most take less than 300 bytes, and Milvus sends at most 64 MB."""


class MilvusImages(EarlierImages):
    """The images of a version in Milvus. Vectors and thumbnails are read only for ``batch``.

    Args:
        store: Reads the version.
        thumbnails: The thumbnails of the collection.
    """

    def __init__(self, store: MilvusStore, thumbnails: Thumbnails) -> None:
        self._store, self._thumbnails = store, thumbnails

    @classmethod
    def open(cls, alias: str, connection: MilvusConnection, thumbnails: Thumbnails) -> Self | None:
        """Open the images of the version that readers see now.

        Args:
            alias: The alias of the collection.
            connection: The server.
            thumbnails: The thumbnails of the collection.

        Returns:
            The images, or None if the collection is missing or damaged, or has another format.

        Raises:
            CollectionError: Milvus does not answer, or refuses a request.
        """
        version = connection.shown_version(alias)
        if version is None:
            return None
        connection.load(version)
        noted = read_beginning(connection, version)
        if noted.get("format") != FORMAT:
            return None
        store = MilvusStore(connection, version, noted)
        try:
            len(store)
        except UnreachableStoreError:
            raise
        except CollectionError:  # the facts are damaged
            return None
        return cls(store, thumbnails)

    @property
    def name(self) -> str:
        """The name of the collection, with ``milvus:``."""
        return PREFIX + self._store.name

    @property
    def model_id(self) -> str:
        """The id of the model that made the vectors."""
        return self._store.model_id

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is recorded about the version."""
        return self._store.facts

    def __len__(self) -> int:
        return len(self._store)

    def places(self) -> Iterator[Item]:
        """Yield an item for each image, with only its id, category and source."""
        for start in range(0, len(self), PLACES):
            yield from map(place_of, self._rows(f"row >= {start} and row < {start + PLACES}", PLACE_FIELDS))

    def stored(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, for those of ``ids`` that exist."""
        rows = self._rows(one_of("id", ids), (*ITEM_FIELDS, "key")) if ids else []
        return {str(row["id"]): (item_of(row), str(row["key"])) for row in rows}

    def stored_form(self, item: Item) -> Item:
        """Return an item as it is read back from Milvus, which cuts long texts."""
        return stored_form(item)

    def batch(self, ids: Sequence[str]) -> ImageBatch:
        """Return images with their vectors and thumbnails. Raises ``CollectionError`` if a thumbnail is not on this machine."""
        names = {str(row["id"]): str(row["thumbnail"]) for row in self._rows(one_of("id", ids), ("id", "thumbnail"))}
        thumbnails = [self._thumbnail(names[item_id]) for item_id in ids]
        items, keys = zip(*map(self.stored(ids).__getitem__, ids), strict=True)
        features, embeddings = self._store.vectors(ids, "visual"), self._store.vectors(ids, "semantic")
        return ImageBatch(items, features, embeddings, thumbnails, keys)

    def _thumbnail(self, name: str) -> bytes:
        try:
            return self._thumbnails.path(name).read_bytes() if name else b""
        except (CollectionError, OSError) as error:
            raise CollectionError(
                f"Some images in the collection {self.name} cannot be read now, and their thumbnails are not in "
                f"{self._thumbnails.folder}. Reconnect the disk or server of the images, or mount the folder of the machine that "
                "wrote the thumbnails and set SEMBLANCE_MILVUS_PICTURES to it."
            ) from error

    def _rows(self, condition: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        return self._store.connection.query(self._store.version.images, condition, fields)
