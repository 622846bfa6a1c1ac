"""Add images to a large collection as a segment (``segments.py``). The work is proportional to the number of added images."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.folder import FolderCollection
from devise_core.collections.image_table import ImageTable, keep_rows, leave_unsealed
from devise_core.collections.item_table import ItemTable
from devise_core.collections.large_files import write_large_files
from devise_core.collections.levels import Levels
from devise_core.collections.segments import FOLDER, Segment, layout_of, merged_count, note_segments, segments_of
from devise_core.errors import CollectionError
from devise_core.search.model_parts import ModelParts
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.mapped_rows import MappedRows, row_blocks
from devise_core.storage.paths import CollectionLayout

if TYPE_CHECKING:
    from filelock import FileLock

_BLOCK = 500


class SegmentWriter(StoreWriter):
    """Adds images to the large collection in ``folder``. Use it in a ``with`` block.

    Existing files are not changed, so readers of the old version can still use it. Readers see the new version once the manifest is
    written. If a process is killed before that, it leaves a folder, which the next writer deletes. Segments that were merged into
    another segment are deleted the next time that images are added.

    Args:
        folder: The folder of the collection.
        command: The command that adds to it, for the manifest.
        parts: The optional parts of the model (``ModelParts``) that the collection was written with.
        source: Where the images come from, for the manifest.

    Raises:
        CollectionError: Another process is adding to the collection, or the collection is small.
    """

    def __init__(self, folder: Path, command: str, parts: ModelParts | None = None, source: str = "your own pictures") -> None:
        self._folder, self._command, self._parts, self._source = folder, command, parts, source
        self._layout, self._stack, self._about = CollectionLayout(folder), ExitStack(), dict[str, Any]()

    def __enter__(self) -> Self:
        with self._stack:
            self._stack.enter_context(_only_one(self._folder))
            self._collection = FolderCollection.open(self._folder)
            if self._layout.levels.name not in self._collection.manifest.files:
                raise CollectionError(f"Images cannot be added to the collection {self._folder.name}. Make it again.")
            self._segments = segments_of(self._collection.facts)
            _delete_unlisted(self._folder, self._segments)
            self._name = secrets.token_hex(4)
            staging = self._stack.enter_context(ExitStack())
            self._staged = CollectionLayout(staging.enter_context(atomic_folder(self._folder / FOLDER / self._name)))
            self._staging = staging
            self._table = ImageTable(self._staged, self._folder, np.float16)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._table.close()
        leave_unsealed(self._stack, error, trace)

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts about the whole collection that ``seal`` stores."""
        self._about |= facts

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys``, the SHA-256 of original files, whose image is in the collection or was written now."""
        there = (table.known_keys(keys) for table in self._tables())
        return self._table.known(keys).union(*there)

    def put(self, batch: ImageBatch) -> None:
        """Write images. An empty thumbnail means that the file of the thumbnail exists already.

        Raises:
            CollectionError: One of the images was in the collection before.
        """
        self._refuse_old([item.id for item in batch.items])
        self._table.put(batch)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete images that this writer has added.

        Raises:
            CollectionError: One of the images was in the collection before.
        """
        self._refuse_old(ids)
        self._table.remove(ids)

    def seal(self) -> str:
        """Write the segment, then the manifest that lists the segment, and return the new version."""
        added = len(self._table)
        if not added:
            return self._collection.version
        merged = merged_count([segment.count for segment in self._segments], added)
        kept, replaced = self._segments[: len(self._segments) - merged], self._segments[len(self._segments) - merged :]
        for segment in replaced:
            for batch in _batches(layout_of(self._layout, segment)):
                self._table.put(batch)
        rows = self._table.finish()
        for file in (self._staged.embeddings, self._staged.features):
            keep_rows(file, rows, np.float16)
        files = write_large_files(self._staged, Manifest(self._staged.root), self._parts, self._layout)
        self._staging.close()
        self._write_manifest([*kept, Segment(self._name, len(rows))], replaced, [file.name for file in files])
        return FolderCollection.open(self._folder).version

    def _write_manifest(self, segments: Sequence[Segment], replaced: Sequence[Segment], names: Sequence[str]) -> None:
        """Write the manifest, which shows the new version. Only the files of the new segment are read, to compute their SHA-256."""
        manifest = Manifest.read(self._folder)
        if manifest.about != self._collection.facts:
            raise CollectionError(f"The collection {self._folder.name} was written by another process. Run the same command again.")
        gone = tuple(f"{FOLDER}/{segment.name}/" for segment in replaced)
        manifest.files = {name: entry for name, entry in manifest.files.items() if not name.startswith(gone)}
        for name in names:
            manifest.add(layout_of(self._layout, segments[-1]).root / name, self._command, self._source)
        first = len(self._collection) - sum(segment.count for segment in self._segments)
        manifest.about |= self._about
        manifest.about["count"] = first + sum(segment.count for segment in segments)
        note_segments(manifest, segments)
        if self._parts:
            layouts = [self._layout, *(layout_of(self._layout, segment) for segment in segments)]
            Levels.of_all([Levels.read(layout.levels) for layout in layouts]).note(manifest, self._parts)
        manifest.write()

    def _refuse_old(self, ids: Sequence[str]) -> None:
        for item_id in ids:
            if item_id in self._collection:
                raise CollectionError(f"The image {item_id} is in {self._folder.name} already. Write the whole collection instead.")

    def _tables(self) -> list[ItemTable]:
        layouts = [self._layout, *(layout_of(self._layout, segment) for segment in self._segments)]
        return [ItemTable(layout.item_table) for layout in layouts]


def _only_one(folder: Path) -> FileLock:
    """Return a lock that keeps two processes from adding to one collection."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(f".adding-{folder.name}"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise CollectionError(f"Another process is adding to the collection {folder.name}. Wait until it ends.") from error
    except (OSError, NotImplementedError):  # a file system without locks: the collection is written unlocked
        pass
    return lock


def _delete_unlisted(folder: Path, segments: Sequence[Segment]) -> None:
    """Delete the folders that killed processes left, and segments that have been merged into others."""
    if (folder / FOLDER).is_dir():
        for path in (folder / FOLDER).iterdir():
            if path.name not in {segment.name for segment in segments}:
                shutil.rmtree(path, ignore_errors=True)


def _batches(layout: CollectionLayout) -> Iterator[ImageBatch]:
    """Yield the images of a segment in batches. Their thumbnails stay where they are."""
    table, features, embeddings = ItemTable(layout.item_table), MappedRows(layout.features), MappedRows(layout.embeddings)
    for rows in row_blocks(len(table), _BLOCK):
        items, keys = table[rows], table.keys_at(range(rows.start, rows.stop))
        yield ImageBatch(items, features[rows], embeddings[rows], [b""] * len(items), keys)
