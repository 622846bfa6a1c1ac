"""Write all images of a collection, or add those that are new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Generic

import numpy as np

from devise_core.collections.additions import Additions, Listed
from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.earlier_version import EarlierVersion
from devise_core.collections.facts import GIVEN_DATES, date_mark
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.indexed_folder import Changes, IndexedFolder
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.collections.vector_cache import CachedVectors
from devise_core.datatypes import Item
from devise_core.search.model_parts import ModelParts

_WRITTEN_TOGETHER = 256

Encoded = Iterator[tuple[Listed, str, CachedVectors]]
"""Images with the SHA-256 of their content and their vectors."""


@dataclass(frozen=True)
class CollectionVersion(Generic[Listed]):
    """The version of a collection that is to be written.

    Attributes:
        files: All images.
        model_id: The id of the model that makes the vectors.
        command: The command to record in the manifest.
        parts: The ``ModelParts`` of the model, or None.
        item: Returns the item that describes an image. Its date is from annotations only.
        result: Where to write, and what to report.
        check: Raises ``CollectionError`` if what was read must not become a collection.
        store: Writes the collection to Milvus. If None, the collection is written to a folder.
        earlier: The version to compare with. None if there is none that can be read.
        about: Further facts to record about the collection.
    """

    files: Sequence[Listed]
    model_id: str
    command: str
    parts: ModelParts | None
    item: Callable[[Listed], Item]
    result: IndexedFolder
    check: Callable[[Sequence[Listed], IndexedFolder], None]
    store: MilvusWriter | None = None
    earlier: EarlierVersion | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def write(self, encode: Callable[[Sequence[Listed]], Encoded[Listed]], new: Additions[Listed] | None) -> None:
        """Add the ``new`` images, or write the whole collection if ``new`` is None. The report lists what cannot be read."""
        result = self.result
        if new is None:
            with self._writer() as whole:
                result.count, given_dates = self._put(encode(self.files), whole)
                self.check(self.files, result)
                result.count += self.earlier.keep(whole) if self.earlier else 0
                if not self.earlier or self.earlier.kept_dates:
                    whole.note({GIVEN_DATES: given_dates})
                if isinstance(whole, FolderWriter):
                    result.write_report(whole.folder)
                else:
                    whole.forget_others()
                whole.seal()
            result.changes = self.earlier.changes(result.count) if self.earlier else Changes(new=result.count)
            return
        with SegmentWriter(result.folder, self.command, self.parts) as adding:
            added, given_dates = self._put(encode(new.files), adding)
            result.count = len(new.keys) + added
            adding.note({GIVEN_DATES: new.given_dates + given_dates})
            adding.seal()
        result.changes = Changes(len(new.keys), result.count - len(new.keys))
        result.write_report(result.folder)

    def _writer(self) -> FolderWriter | MilvusWriter:
        writer = FolderWriter(self.result.folder, self.model_id, self.command, self.parts) if self.store is None else self.store
        writer.note(self.about)
        return writer

    def _put(self, encoded: Encoded[Listed], writer: StoreWriter) -> tuple[int, int]:
        """Write the images, a batch at a time. Return their number and the sum of ``date_mark``."""
        count = given_dates = 0
        while batch := list(islice(encoded, _WRITTEN_TOGETHER)):
            images = [image for _, _, image in batch]
            described = [self.item(file) for file, _, _ in batch]
            given_dates += sum(map(date_mark, described))
            items = [_dated(item, image) for item, image in zip(described, images, strict=True)]
            features, embeddings = np.stack([image.features for image in images]), np.stack([image.embedding for image in images])
            keys = [key for _, key, _ in batch]
            written = ImageBatch(items, features, embeddings, [image.thumbnail for image in images], keys)
            if self.earlier:
                self.earlier.compare(written)
            writer.put(written)
            count += len(batch)
        return count, given_dates


def _dated(item: Item, image: CachedVectors) -> Item:
    """Add the date in the file of an image to its item. A date from annotations takes precedence."""
    return item if item.taken else replace(item, taken=image.taken or "")
