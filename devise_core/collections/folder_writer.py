"""Write a collection to a folder, one batch of images at a time, so that memory use does not grow with the number of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.image_table import ImageTable, keep_rows, leave_unsealed
from devise_core.collections.item_table import ItemTable
from devise_core.collections.large_files import write_large_files
from devise_core.collections.writer import write_collection, write_manifest
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Rows


class FolderWriter(StoreWriter):
    """Writes the collection at ``folder`` inside a ``with`` block. If the block ends without ``seal``, the folder stays as it was.

    Args:
        folder: The folder of the collection.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        command: The command that makes the collection, for the manifest.
        parts: The optional parts of the model (``search/model_parts.py``), used as in ``write_collection``.
        source: Where the images come from, for the manifest.
        about: Further facts for the manifest, such as the title.
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
        self._source, self._about = source, dict(about or {})
        self._stack, self._sealed = ExitStack(), False

    def __enter__(self) -> Self:
        self._layout = CollectionLayout(self._stack.enter_context(atomic_folder(self._target)))
        self.images.mkdir()
        self._table = ImageTable(self._layout, self.folder)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._sealed:
            return
        self._table.close()
        leave_unsealed(self._stack, error, trace)

    @property
    def folder(self) -> Path:
        """The temporary folder that is being written. Callers may add files to it."""
        return Path(self._layout.root)

    @property
    def images(self) -> Path:
        """The subfolder of ``folder`` for the thumbnails."""
        return Path(self._layout.images)

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts that ``seal`` stores."""
        self._about |= facts

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys``, the SHA-256 of original files, whose image was written."""
        return self._table.known(keys)

    def put(self, batch: ImageBatch) -> None:
        """Write images. An empty thumbnail means that the file of the thumbnail exists already."""
        self._table.put(batch)

    def remove(self, ids: Sequence[str]) -> None:
        """Delete the images with these ids, and the files of their thumbnails. Unknown ids are ignored."""
        self._table.remove(ids)

    def seal(self) -> str:
        """Write everything that searches need, move the folder to its final place, and return the version.

        If there are up to ``EXACT_UP_TO`` images, searches read all vectors into memory. In a larger collection,
        vectors stay on disk.
        """
        rows = self._table.finish()
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
        keep_rows(layout.embeddings, rows, np.float16)
        keep_rows(layout.features, rows, np.float16)
        manifest = Manifest(layout.root, about={"model": self._model_id, "count": len(rows), **self._about})
        files = write_large_files(layout, manifest, self._parts)
        write_manifest(manifest, files, self._command, self._source, "")
