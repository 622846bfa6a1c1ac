"""Write items, vectors and thumbnails to disk in batches, so that memory use does not grow with the number of images."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from devise_core.collections.contract import ImageBatch
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.storage.growing_array import GrowingArray
from devise_core.storage.mapped_rows import row_blocks
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Rows

_BLOCK = 4_096


class UnsealedError(Exception):
    """The ``with`` block of a writer ended without ``seal``, so the files of the writer are deleted."""


def leave_unsealed(stack: ExitStack, error: BaseException | None, trace: TracebackType | None) -> None:
    """Exit the contexts of a writer with an error, so that they delete the files that were not sealed.

    Args:
        stack: The contexts.
        error: The error that ended the ``with`` block of the writer, or None if there was no error.
        trace: The traceback of the error, or None.
    """
    unsealed = error or UnsealedError()
    with suppress(UnsealedError):
        stack.__exit__(type(unsealed), unsealed, trace)


class ImageTable:
    """Writes ``items.sqlite``, ``embeddings.npy`` and ``features.npy``. The vectors of removed images stay in the files.

    Args:
        layout: The paths of the files to write.
        thumbnails: The folder that ``Item.file``, the path of a thumbnail, is relative to.
        kind: The number type of the embeddings.
    """

    def __init__(self, layout: CollectionLayout, thumbnails: Path, kind: npt.DTypeLike = np.float32) -> None:
        self._thumbnails = thumbnails
        self._items = ItemTableWriter(layout.item_table)
        self._embeddings = GrowingArray(layout.embeddings, kind)
        self._features = GrowingArray(layout.features, np.float16)

    def __len__(self) -> int:
        return len(self._items.rows())

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys``, the SHA-256 of original files, whose image was written."""
        return self._items.keys_of(keys)

    def put(self, batch: ImageBatch) -> None:
        """Write images, as ``StoreWriter.put`` does. An empty thumbnail means that the file of the thumbnail exists already."""
        places = self._items.places_of([item.id for item in batch.items])
        new = list(dict.fromkeys(item.id for item in batch.items if item.id not in places))
        places |= {item_id: len(self._embeddings) + place for place, item_id in enumerate(new)}
        last = {item.id: row for row, item in enumerate(batch.items)}  # the last image with an id counts
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
                file = self._thumbnails / item.file
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(batch.thumbnails[row])

    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids, and the files of their thumbnails. Unknown ids are ignored."""
        for file in self._items.remove(ids):
            (self._thumbnails / file).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the files without finishing them. They cannot be used afterwards."""
        for part in (self._items, self._embeddings, self._features):
            part.close()

    def finish(self) -> Rows:
        """Finish and close the files. Return which rows of the vectors to keep (``keep_rows``), one for each item, in order."""
        rows = self._items.rows()
        for array in (self._embeddings, self._features):
            array.finish()
        self._items.finish()
        return rows


def keep_rows(path: Path, rows: Rows, kind: npt.DTypeLike) -> None:
    """Replace the file of a matrix by a file with only some of its rows, stored as another number type.

    Args:
        path: The ``.npy`` file of a matrix.
        rows: The rows ``int64 (n,)`` to keep, in their new order. No row may be repeated.
        kind: The number type to store, such as ``float16``.
    """
    stored = np.load(path, mmap_mode="r")
    if len(stored) == len(rows) and stored.dtype == kind:
        return
    written = GrowingArray(path.with_name(f"rewritten-{path.name}"), kind)
    for block in row_blocks(len(rows), _BLOCK):
        written.append(stored[rows[block]])
    written.finish()
    del stored  # Windows does not replace a file that is mapped
    written.path.replace(path)
