"""Write a new version of a collection to Milvus from Parquet files that the server imports.

The server reads the files at its own speed, so this suits millions of images. An import does not replace images, so a run cannot
continue the import of an interrupted run. Each run imports all files into a new version. Files that earlier runs have completed are
used, not written again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from devise_core.collections.contract import ImageBatch
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.milvus.beginning import begin_version
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.import_calls import import_calls
from devise_core.collections.milvus.import_jobs import Progress, finish_jobs, import_files
from devise_core.collections.milvus.names import Version, alias_of
from devise_core.collections.milvus.parquet_shards import ShardFolder
from devise_core.collections.milvus.schema import image_schema, looks_schema, stored_form
from devise_core.collections.milvus.sealing import seal_version
from devise_core.collections.milvus.stored_rows import StoredRows
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.search.model_parts import ModelParts
from devise_core.vectors import Floats

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

SHARD = 50_000
"""The number of images in a file. The features of so many images take 256 MB. Milvus accepts files of up to 16 GB, and makes a
segment of each file."""

Batches = Callable[[range], Iterator[ImageBatch]]
"""A function that reads the images at the given rows of the source. It is called twice for rows that are in no file yet."""


@dataclass(frozen=True)
class Shard:
    """Two Parquet files with the same images, one for each part that has images (``names.py``).

    Attributes:
        names: The names of the file for ``images`` and of the file for ``looks``.
        rows: The rows of these images in the collection.
    """

    names: tuple[str, str]
    rows: range


class BulkWriter:
    """Writes a new version of a collection. Readers see the previous version until ``write`` returns.

    Args:
        name: The name of the collection.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        url: A storage that the server reads: a folder that has the same path on both machines, or a URL that fsspec supports.
        connection: The server. By default the configured one.
        parts: The optional parts of the model (``ModelParts``). Without them, text searches compare only embeddings, and neither
            the chance level (``search/cutoff.py``) nor evidence thresholds (``search/label_evidence.py``) are stored.
        about: Further facts, such as the title.
        pictures: The folder of the thumbnails. By default the configured one.
        shard: How many images to put in a file.

    Raises:
        CollectionError: The name is not allowed, or the connection is to a file of Milvus Lite.
    """

    def __init__(
        self,
        name: str,
        model_id: str,
        url: str,
        connection: MilvusConnection | None = None,
        parts: ModelParts | None = None,
        about: Mapping[str, Any] | None = None,
        pictures: Path | None = None,
        shard: int = SHARD,
    ) -> None:
        self._alias, self._url, self._shard = alias_of(name), url, shard
        self._connection = connection or MilvusConnection.configured()
        if self._connection.is_file:
            raise CollectionError(
                f"{self._connection.shown} is a file of Milvus Lite, which cannot import files. Leave out --bulk."
            )
        self._stored, self._about = StoredRows(model_id, parts), dict(about or {})
        self._thumbnails = Thumbnails(self._alias, pictures)

    def write(self, batches: Batches, count: int, progress: Progress | None = None, importing: Progress | None = None) -> str:
        """Write all images of a source.

        Args:
            batches: Reads images by their rows.
            count: The number of images.
            progress: Called after each file with the number of images that are in files and the total.
            importing: Called with the number of imported files and the total.

        Returns:
            The number of the version.

        Raises:
            CollectionError: There is no image, two images have the same id, or the server or the storage refuses a request.
        """
        if not count:
            raise CollectionError("There is no image to write to Milvus.")
        self._connection.names()  # an address that is wrong is reported before files are written
        with TemporaryDirectory(prefix="semblance-milvus-") as folder:
            table_path = Path(folder) / "items.sqlite"
            table = ItemTableWriter(table_path)
            try:
                files = ShardFolder(self._url, self._alias)
                shards = list(self.write_shards(files, table, batches, count, progress))
                table.finish()
            finally:
                table.close()
            version = self._import(files, shards, next(batches(range(1))), importing)
            rows, facts = np.arange(count), {"model": self._stored.model_id, **self._about}
            names = seal_version(self._connection, version, rows, table_path, self._stored.parts, facts)
        self._thumbnails.keep_only(names)
        files.clear()
        return str(version.number)

    def write_shards(
        self, files: ShardFolder, table: ItemTableWriter, batches: Batches, count: int, progress: Progress | None = None
    ) -> Iterator[Shard]:
        """Write the files that do not exist yet, and yield all files in pairs.

        Args:
            files: The folder of the files.
            table: A new table, which gets the items of all images.
            batches: Reads images by their rows.
            count: The number of images.
            progress: As for ``write``.

        Yields:
            The pairs of files in the order of the rows.

        Raises:
            CollectionError: Two images have the same id, or the storage refuses something.
        """
        for start in range(0, count, self._shard):
            rows = range(start, min(start + self._shard, count))
            thumbnails, digest, first = self._read(batches(rows), rows, table)
            label = f"{start // self._shard:06d}-{digest[:16]}.parquet"
            shard = Shard((f"images-{label}", f"looks-{label}"), rows)
            if not all(files.has(name, len(rows)) for name in shard.names):
                files.write(shard.names, self._schemas(first), self._blocks(batches(rows), rows, thumbnails))
            if progress:
                progress(rows.stop, count)
            yield shard

    def _read(self, batches: Iterator[ImageBatch], rows: range, table: ItemTableWriter) -> tuple[list[str], str, ImageBatch]:
        """Store the thumbnails and items for one file. Return the thumbnails' names, a hash of the content, and the first batch."""
        names, digest, first = list[str](), sha256(), None
        for batch in batches:
            first = first or batch
            items = [stored_form(item) for item in batch.items]
            _put_once(table, rows[len(names)], items, batch.keys)
            names += [self._thumbnails.put(content) if content else "" for content in batch.thumbnails]
            for part in (repr(items), repr(batch.keys), repr(names[-len(items) :])):
                digest.update(part.encode(errors="surrogatepass"))
            for vectors in (batch.features, batch.embeddings):
                digest.update(vectors.astype(np.float32).tobytes())
        assert first is not None
        digest.update(repr(self._stored.noted(first.embeddings.shape[1])).encode())
        return names, digest.hexdigest(), first

    def _blocks(self, batches: Iterator[ImageBatch], rows: range, thumbnails: Sequence[str]) -> Iterator[Sequence[Any]]:
        start = 0
        for batch in batches:
            part = slice(start, start + len(batch.items))
            items = [stored_form(item) for item in batch.items]
            yield self._stored.rows(rows[part], items, batch.features, batch.embeddings, thumbnails[part], batch.keys)
            start = part.stop

    def _widths(self, batch: ImageBatch) -> tuple[int, int]:
        """Return the dimensions of the features and of the vectors of the score."""
        scores: Floats = self._stored.scores(batch.features[:1], batch.embeddings[:1])[0]
        return batch.features.shape[1], scores.shape[1]

    def _schemas(self, batch: ImageBatch) -> tuple[CollectionSchema, CollectionSchema]:
        from pymilvus import MilvusClient

        features, scores = self._widths(batch)
        return image_schema(MilvusClient, scores), looks_schema(MilvusClient, features)

    def _import(self, files: ShardFolder, shards: Sequence[Shard], batch: ImageBatch, importing: Progress | None) -> Version:
        """Let the server import all files into a new version, and drop other versions that were not sealed."""
        calls, shown = import_calls(self._connection), self._connection.shown_version(self._alias)
        for version in self._connection.versions(self._alias):
            if shown is None or version > shown:
                for part in version.parts:
                    finish_jobs(calls, part)
                self._connection.drop(version)
        noted = {**self._stored.noted(batch.embeddings.shape[1]), "bulk": True}  # ``MilvusWriter`` does not continue such a version
        version = begin_version(self._connection, self._alias, *self._widths(batch), noted)
        client = self._connection.client
        with self._connection.errors():
            for part in (version.images, version.looks):  # ``seal_version`` loads each part again, as a whole
                client.release_collection(part)
        parts = (version.images, version.looks)
        wanted = [(part, files.for_server(name)) for shard in shards for part, name in zip(parts, shard.names, strict=True)]
        import_files(calls, wanted, importing)
        return version


def _put_once(table: ItemTableWriter, start: int, items: Sequence[Item], keys: Sequence[str]) -> None:
    """Put items into a table, and refuse a repeated id, because an import would store both images."""
    ids = [item.id for item in items]
    doubled = set(table.places_of(ids)) or {each for each, count in Counter(ids).items() if count > 1}
    if doubled:
        raise CollectionError(f"Two images have the id “{min(doubled)}”. Copy the collection without --bulk to keep the last one.")
    table.put(range(start, start + len(items)), items, keys)
