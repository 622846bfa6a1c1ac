"""Copy a collection from a folder to Milvus, or back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from devise_core.collections.base import Collection
from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.facts import GIVEN_DATES
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.milvus.bulk_writer import BulkWriter
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.names import PREFIX
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.writer import check_name
from devise_core.errors import CollectionError
from devise_core.search.model_parts import ModelParts
from devise_core.storage.paths import CollectionLayout, user_collections

_TOGETHER, _TOGETHER_IN_FILES = 256, 2_048
_KEPT = ("title", "description", "cut_outs", GIVEN_DATES)
"""The facts that are copied, because they cannot be computed from the images of a collection."""

Progress = Callable[[int, int], None]
"""Called with the number of images done and the total."""


@dataclass(frozen=True)
class CopiedCollection:
    """What ``copy_collection`` made.

    Attributes:
        count: How many images were copied.
        version: The version of the new collection.
    """

    count: int
    version: str


def copy_collection(
    source: Collection,
    target: str,
    model_id: str,
    parts: ModelParts | None = None,
    progress: Progress | None = None,
    connection: MilvusConnection | None = None,
    bulk: str = "",
    importing: Progress | None = None,
) -> CopiedCollection:
    """Copy the images of a collection with their vectors. A collection at the target is replaced once all images are copied.

    Args:
        source: The collection.
        target: ``milvus:NAME``, or the name of a collection in a folder.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        parts: The ``ModelParts`` of that model. What searches need besides the vectors is computed with them.
        progress: Called after each batch.
        connection: The connection to the Milvus server. By default, to the configured server.
        bulk: A folder or URL that the Milvus server can read. The images are written there as Parquet files, and the server imports
            the files. If empty, the images are sent to the server.
        importing: Called with the number of imported files and the total.

    Returns:
        The number of images that were copied, and the version of the new collection.

    Raises:
        CollectionError: The target has an invalid name, the target is the source, or Milvus does not answer.
    """
    _check_target(source, target, bulk)
    about = {name: source.facts[name] for name in _KEPT if name in source.facts}
    if bulk:
        in_files = BulkWriter(target.removeprefix(PREFIX), model_id, bulk, connection, parts, about)
        version = in_files.write(partial(_batches, source, together=_TOGETHER_IN_FILES), len(source), progress, importing)
    elif target.startswith(PREFIX):
        version = _into_milvus(source, MilvusWriter(target.removeprefix(PREFIX), model_id, connection, parts, about), progress)
    else:
        version = _into_folder(source, target, model_id, parts, progress, about)
    return CopiedCollection(len(source), version)


def _check_target(source: Collection, target: str, bulk: str) -> None:
    if target == source.name:
        raise CollectionError(f"{target} cannot be copied to itself. Choose another name.")
    if bulk and not target.startswith(PREFIX):
        raise CollectionError(f"--bulk imports into Milvus. Copy to {PREFIX}{target}, or leave out --bulk.")


def _into_milvus(source: Collection, writer: MilvusWriter, progress: Progress | None) -> str:
    with writer:
        _put_all(source, writer, progress)
        writer.forget_others()
        return writer.seal()


def _into_folder(
    source: Collection, target: str, model_id: str, parts: ModelParts | None, progress: Progress | None, about: Mapping[str, Any]
) -> str:
    folder = user_collections() / check_name(target)
    command = f"python -m devise_core copy {source.name} {target}"
    with FolderWriter(folder, model_id, command, parts, about=about) as to_folder:
        _put_all(source, to_folder, progress)
        CollectionLayout(to_folder.folder).skipped.touch()
        return to_folder.seal()


def _put_all(source: Collection, writer: StoreWriter, progress: Progress | None) -> None:
    done = 0
    for batch in _batches(source, range(len(source))):
        writer.put(batch)
        done += len(batch.items)
        if progress:
            progress(done, len(source))


def _batches(source: Collection, wanted: range, together: int = _TOGETHER) -> Iterator[ImageBatch]:
    features, embeddings = source.vector_rows("visual"), source.vector_rows("semantic")
    for start in range(wanted.start, wanted.stop, together):
        numbers = range(start, min(start + together, wanted.stop))
        rows = slice(numbers.start, numbers.stop)
        thumbnails = [_bytes_of(source.picture(row)) for row in numbers]
        keys = [sha256(thumbnail).hexdigest() for thumbnail in thumbnails]
        yield ImageBatch(source.items_at(numbers), features[rows], embeddings[rows], thumbnails, keys)


def _bytes_of(picture: Path | bytes) -> bytes:
    return picture if isinstance(picture, bytes) else picture.read_bytes()
