"""Write a collection to Milvus, a batch of images at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.milvus.beginning import begin_version
from devise_core.collections.milvus.connection import WRITTEN, MilvusConnection
from devise_core.collections.milvus.earlier_images import MilvusImages
from devise_core.collections.milvus.expressions import one_of
from devise_core.collections.milvus.facts import read_beginning
from devise_core.collections.milvus.names import Version, alias_of
from devise_core.collections.milvus.schema import ITEM_FIELDS, item_of, stored_form
from devise_core.collections.milvus.sealing import seal_version
from devise_core.collections.milvus.stored_rows import StoredRows
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.search.model_parts import ModelParts

AT_A_TIME = 1_000
"""The most images in one request to Milvus. A request may have 64 MB, and an image takes about 7 kB."""


class MilvusWriter(StoreWriter):
    """Writes a new version of a collection. Use it in a ``with`` block. Readers see the previous version until ``seal``.

    Images that an interrupted run has written are kept, and ``put`` writes only images that are new or have changed.

    Args:
        name: The name of the collection.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        connection: The server. By default the configured one.
        parts: The optional parts of the model (``ModelParts``). Without them, text searches compare only embeddings, and neither
            the chance level (``search/cutoff.py``) nor evidence thresholds (``search/label_evidence.py``) are stored.
        about: Further facts, such as the title.
        pictures: The folder of the thumbnails. By default the configured one.
    """

    def __init__(
        self,
        name: str,
        model_id: str,
        connection: MilvusConnection | None = None,
        parts: ModelParts | None = None,
        about: Mapping[str, Any] | None = None,
        pictures: Path | None = None,
    ) -> None:
        self._alias, self._about = alias_of(name), dict(about or {})
        self._stored = StoredRows(model_id, parts)
        self._connection = connection or MilvusConnection.configured()
        self.thumbnails = Thumbnails(self._alias, pictures)
        self._version: Version | None = None
        self._next, self._resumed = 0, False
        self._before: dict[int, int] = {}  # row → hash of the image that an interrupted run wrote there, until ``put`` gets it

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="semblance-milvus-")
        self._table_path = Path(self._folder.name) / "items.sqlite"
        self._table = ItemTableWriter(self._table_path)
        try:
            self._resume()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()
        self._folder.cleanup()

    def earlier(self) -> MilvusImages | None:
        """Return the images of the version that readers see, or None if there is none that can be read.

        Raises:
            CollectionError: Milvus does not answer.
        """
        return MilvusImages.open(self._alias, self._connection, self.thumbnails)

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts that ``seal`` stores."""
        self._about |= facts

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys``, the SHA-256 of original files, whose image was written by this or by an interrupted run."""
        return self._table.keys_of(keys)

    def put(self, batch: ImageBatch) -> None:
        """Write images. An image replaces an earlier image with the same id."""
        for start in range(0, len(batch.items), AT_A_TIME):
            part = slice(start, start + AT_A_TIME)
            self._put(
                ImageBatch(
                    batch.items[part], batch.features[part], batch.embeddings[part], batch.thumbnails[part], batch.keys[part]
                )
            )

    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids. Unknown ids are ignored."""
        rows = self._table.places_of(ids)
        self._table.remove(list(rows))
        for row in rows.values():
            self._before.pop(row, None)
        if self._version is None or not rows:
            return
        client = self._connection.client
        with self._connection.errors():
            for part in (self._version.images, self._version.looks):
                client.delete(part, filter=one_of("id", rows))  # pymilvus would not escape ``ids``

    def forget_others(self) -> None:
        """Delete images that only an interrupted run has written. Call this after the last ``put``."""
        if self._before:
            ids = self._ids_at(list(self._before))
            for start in range(0, len(ids), AT_A_TIME):
                self.remove(ids[start : start + AT_A_TIME])

    def seal(self) -> str:
        """Complete the version, show it to readers, and return its number.

        Raises:
            CollectionError: There is no image.
        """
        rows = self._table.rows()
        if self._version is None or not len(rows):
            raise CollectionError("There is no image to write to Milvus.")
        self._table.finish()
        facts = {"model": self._stored.model_id, **self._about}
        names = seal_version(self._connection, self._version, rows, self._table_path, self._stored.parts, facts)
        self.thumbnails.keep_only(names)
        return str(self._version.number)

    def _put(self, batch: ImageBatch) -> None:
        version = self._version or self._begin(batch)
        chosen = list({item.id: row for row, item in enumerate(batch.items)}.values())  # the last image with an id counts
        items = [stored_form(batch.items[row]) for row in chosen]
        keys = [batch.keys[row] for row in chosen]
        places = self._table.places_of([item.id for item in items])
        known = set(places)
        for item in items:
            if item.id not in places:
                places[item.id], self._next = self._next, self._next + 1
        same = {place for item, key in zip(items, keys, strict=True) if self._is_before(place := places[item.id], item, key)}
        changed = [each for each, item in enumerate(items) if places[item.id] not in same]
        self._table.put([places[item.id] for item in items], items, keys)
        if not changed:
            return
        rows = np.asarray([chosen[each] for each in changed], dtype=np.int64)
        numbers = [places[items[each].id] for each in changed]
        thumbnails = [self.thumbnails.put(batch.thumbnails[row]) if batch.thumbnails[row] else "" for row in rows.tolist()]
        images, looks = self._stored.rows(
            numbers,
            [items[each] for each in changed],
            batch.features[rows],
            batch.embeddings[rows],
            thumbnails,
            [keys[each] for each in changed],
        )
        self._send(version.looks, looks, known)
        self._send(version.images, images, known)

    def _send(self, part: str, rows: Sequence[dict[str, Any]], known: set[str]) -> None:
        """Insert new rows, and replace rows that may exist. Inserting is faster, but would store an existing image twice."""
        client = self._connection.client
        new = [row for row in rows if not self._resumed and row["id"] not in known]
        others = [row for row in rows if self._resumed or row["id"] in known]
        with self._connection.errors():
            if new:
                client.insert(part, new)
            if others:
                client.upsert(part, others)

    def _begin(self, batch: ImageBatch) -> Version:
        scores, _ = self._stored.scores(batch.features[:1], batch.embeddings[:1])
        noted = self._stored.noted(batch.embeddings.shape[1])
        self._version = begin_version(self._connection, self._alias, batch.features.shape[1], scores.shape[1], noted)
        return self._version

    def _resume(self) -> None:
        """Continue the version of an interrupted run, and drop other versions that were not sealed."""
        shown = self._connection.shown_version(self._alias)
        for version in self._connection.versions(self._alias):
            if shown is not None and version <= shown:
                continue
            self._connection.load(version)
            noted = read_beginning(self._connection, version)
            if self._version is None and noted == self._stored.noted(int(noted.get("dimension", 0))):
                self._version, self._resumed = version, True
                self._read_back(version)
            else:
                self._connection.drop(version)

    def _read_back(self, version: Version) -> None:
        fields = ("row", "key", *ITEM_FIELDS)
        left = self._connection.count(version.images, consistency=WRITTEN)
        while left > 0:
            part = f"row >= {self._next} and row < {self._next + AT_A_TIME}"
            matching = self._connection.query(version.images, part, fields, WRITTEN)
            rows, items, keys = (
                [int(each["row"]) for each in matching],
                [item_of(each) for each in matching],
                [str(each["key"]) for each in matching],
            )
            self._table.put(rows, items, keys)
            self._before |= {row: hash((item, key)) for row, item, key in zip(rows, items, keys, strict=True)}
            self._next, left = self._next + AT_A_TIME, left - len(matching)

    def _is_before(self, row: int, item: Item, key: str) -> bool:
        """Return whether an interrupted run has written the same item and key at ``row``."""
        return self._before.pop(row, None) == hash((item, key)) and bool(key)

    def _ids_at(self, rows: Sequence[int]) -> list[str]:
        assert self._version is not None
        ids: list[str] = []
        for start in range(0, len(rows), AT_A_TIME):
            wanted = f"row in {rows[start : start + AT_A_TIME]}"
            ids += [str(each["id"]) for each in self._connection.query(self._version.images, wanted, ["id"], WRITTEN)]
        return ids
