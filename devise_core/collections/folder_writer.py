"""Write a collection to a folder, a batch of images at a time, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.item_table import ItemTable
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.large_files import write_large_files
from devise_core.collections.writer import write_collection, write_manifest
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.growing_array import GrowingArray
from devise_core.storage.manifest import Manifest
from devise_core.storage.mapped_rows import row_blocks
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Rows

_BLOCK = 4_096


class FolderWriter(StoreWriter):
    """Writes the collection at ``folder``. Use it in a ``with`` block. If ``seal`` is not called, the folder stays as it was.

    Args:
        folder: The folder of the collection.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        command: The command that makes the collection, for the manifest.
        parts: The parts of the model, as for ``write_collection``.
        source: Where the images come from, for the manifest.
        about: Further facts for the manifest.
    """

    def __init__(
        self,
        folder: Path,
        model_id: str,
        command: str,
        parts: ModelParts | None = None,
        source: str = "your own pictures",
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self._target, self._model_id, self._command, self._parts = folder, model_id, command, parts
        self._source, self._about = source, about or {}
        self._stack, self._sealed = ExitStack(), False

    def __enter__(self) -> Self:
        self._layout = CollectionLayout(self._stack.enter_context(atomic_folder(self._target)))
        self.images.mkdir()
        self._items = ItemTableWriter(self._layout.item_table)
        self._embeddings = GrowingArray(self._layout.embeddings, np.float32)
        self._features = GrowingArray(self._layout.features, np.float16)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._sealed:
            return
        for part in (self._items, self._embeddings, self._features):
            part.close()
        try:
            unsealed = error or _UnsealedError()
            self._stack.__exit__(type(unsealed), unsealed, trace)
        except _UnsealedError:
            pass

    @property
    def folder(self) -> Path:
        """The folder that is being written, for further files."""
        return Path(self._layout.root)

    @property
    def images(self) -> Path:
        """The folder of the thumbnails that is being written."""
        return Path(self._layout.images)

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that an image was written with."""
        return self._items.keys_of(keys)

    def put(self, batch: ImageBatch) -> None:
        """Write images. An empty thumbnail means that its file is there already."""
        places = self._items.places_of([item.id for item in batch.items])
        new = list(dict.fromkeys(item.id for item in batch.items if item.id not in places))
        places |= {item_id: len(self._embeddings) + place for place, item_id in enumerate(new)}
        last = {item.id: row for row, item in enumerate(batch.items)}  # of equal ids the last one counts
        chosen = [last[item_id] for item_id in new]
        if chosen:
            self._embeddings.append(batch.embeddings[chosen])
            self._features.append(batch.features[chosen])
        for item_id, row in last.items():
            if places[item_id] < len(self._embeddings) - len(new):
                self._embeddings.replace(places[item_id], batch.embeddings[row])
                self._features.replace(places[item_id], batch.features[row])
        rows = list(last.values())
        items, keys = [batch.items[row] for row in rows], [batch.keys[row] for row in rows]
        self._items.put([places[item.id] for item in items], items, keys)
        for row, item in zip(rows, items, strict=True):
            if batch.thumbnails[row]:
                file = self.folder / item.file
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(batch.thumbnails[row])

    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids, if they are there. The files of their thumbnails are deleted too."""
        for file in self._items.remove(ids):
            (self.folder / file).unlink(missing_ok=True)

    def seal(self) -> str:
        """Write everything that searches need, and put the folder in its place.

        A collection of up to ``EXACT_UP_TO`` images becomes one of which all vectors are in memory.
        """
        rows = self._items.rows()
        for array in (self._embeddings, self._features):
            array.finish()
        self._items.finish()
        if len(rows) <= EXACT_UP_TO:
            self._seal_small(rows)
        else:
            self._seal_large(rows)
        self._sealed = True
        self._stack.close()
        return str(int(self._target.stat().st_mtime))

    def _seal_small(self, rows: Rows) -> None:
        layout = self._layout
        items = list(ItemTable(layout.item_table))
        embeddings, features = np.load(layout.embeddings)[rows], np.load(layout.features)[rows].astype(np.float32)
        layout.item_table.unlink()
        before = CollectionLayout(self._target)
        write_collection(
            layout,
            items,
            features,
            embeddings,
            self._model_id,
            self._command,
            self._source,
            before=before,
            parts=self._parts,
            about=self._about,
        )

    def _seal_large(self, rows: Rows) -> None:
        layout = self._layout
        _rewrite(layout.embeddings, rows, np.float16)
        if rows[-1] != len(rows) - 1:
            _rewrite(layout.features, rows, np.float16)
        manifest = Manifest(layout.root, about={"model": self._model_id, "count": len(rows), **self._about})
        files = write_large_files(layout, manifest, self._parts)
        write_manifest(manifest, files, self._command, self._source, "")


class _UnsealedError(Exception):
    """The block ended without ``seal``."""


def _rewrite(path: Path, rows: Rows, kind: type[np.floating[Any]]) -> None:
    """Keep the rows of a matrix that are at ``rows``, and store them as another kind of number."""
    stored = np.load(path, mmap_mode="r")
    written = GrowingArray(path.with_name(f"rewritten-{path.name}"), kind)
    for block in row_blocks(len(rows), _BLOCK):
        written.append(stored[rows[block]])
    written.finish()
    del stored  # Windows does not replace a file that is mapped
    written.path.replace(path)
