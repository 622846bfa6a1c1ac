"""The version of a collection before it is written again: what may be removed from it, what is kept, and what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.folder import FolderCollection
from devise_core.collections.image_files import FolderScan
from devise_core.collections.indexed_folder import Changes
from devise_core.collections.item_table import StoredItems
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError
from devise_core.storage.valid_text import valid_text

FEW = 10
"""Up to this many images may be removed without ``Allowed.removals``, whatever their share of the collection."""
_AT_A_TIME = 256


@dataclass(frozen=True)
class Allowed:
    """What ``index`` may do to an existing collection.

    Attributes:
        removals: Remove many images whose files are gone, such as all images of a folder.
        other_folder: Replace a collection that was made from another folder.
    """

    removals: bool = False
    other_folder: bool = False


CAREFUL = Allowed()
"""The default: nothing unusual is done."""
INDEXED_FOLDER = "indexed_folder"
"""The fact in the manifest that names the folder from which a collection was made. Collections of earlier versions lack it."""


@dataclass
class Away:
    """What in a folder cannot be read at the moment, such as the files of a disk that is not connected.

    Attributes:
        ids: The ids of images whose files cannot be read.
        folders: The absolute paths of folders that cannot be listed.
        categories: The categories of the images in these folders, which are known even if the collection was made elsewhere.
    """

    ids: set[str] = field(default_factory=set)
    folders: set[Path] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scan: FolderScan, describe: Callable[[Path], Item]) -> Self:
        """Return what cannot be read, as far as this is known. ``describe`` returns the item of a file."""
        categories = {describe(folder / "image").category for folder in scan.unlisted} - {""}
        return cls({describe(file).id for file in scan.unread}, {folder.absolute() for folder in scan.unlisted}, categories)

    def __bool__(self) -> bool:
        return bool(self.ids or self.folders)

    def has(self, item: Item) -> bool:
        """Return whether the file of an image of the earlier version cannot be read at the moment."""
        if item.id in self.ids or any(f"{item.category}/".startswith(f"{category}/") for category in self.categories):
            return True
        return item.original is not None and any(item.original.is_relative_to(folder) for folder in self.folders)


class EarlierVersion:
    """The images of a collection before it is written again.

    Args:
        collection: The collection.
        model_id: The id of the model that makes the new version.
        away: Returns what cannot be read at the moment. Its images are not removed.
        allowed: What may be done to the collection.
    """

    def __init__(self, collection: FolderCollection, model_id: str, away: Callable[[], Away], allowed: Allowed) -> None:
        self._collection, self._same_model = collection, collection.facts.get("model") == model_id
        self._away, self._allowed = away, allowed
        self._on_disk = collection.items if isinstance(collection.items, StoredItems) else None
        self._items = {} if self._on_disk is not None else {item.id: (item, "") for item in collection.items}
        self._found, self._changed, self._kept = set[str](), 0, 0
        self._is_of_other_folder = False

    @classmethod
    def open(cls, folder: Path, model_id: str, away: Callable[[], Away], allowed: Allowed) -> Self | None:
        """Open the earlier version of a collection.

        Args:
            folder: The folder of the collection.
            model_id: As for the class.
            away: As for the class.
            allowed: As for the class.

        Returns:
            The earlier version, or None if the collection is missing or damaged.
        """
        with suppress(ArtifactError, CollectionError, OSError):
            return cls(FolderCollection.open(folder), model_id, away, allowed)
        return None

    def check_source(self, source: Path) -> None:
        """Check that the collection was made from the folder ``source``, if that is known, unless it may be replaced.

        Raises:
            CollectionError: The collection was made from another folder.
        """
        made_from = str(self._collection.facts.get(INDEXED_FOLDER, ""))
        self._is_of_other_folder = bool(made_from) and not _is_same_folder(made_from, source)
        if self._is_of_other_folder and not self._allowed.other_folder:
            raise CollectionError(
                f"The collection {self._collection.name} was made from {made_from}. Choose another name, or add --replace."
            )

    def check_removals(self, now: Iterable[Item], source: Path) -> None:
        """Check that not too many images would be removed, unless that is allowed.

        Args:
            now: What is in the folder now.
            source: The folder, for the message.

        Raises:
            CollectionError: More than ``FEW`` images are gone, and they are more than half of all images, or all images of a folder
                directly below ``source``. The disk of the images is probably not connected.
        """
        if self._allowed.removals or self._is_of_other_folder:
            return
        away = self._away()
        ids, folders = set[str](), set[str]()
        for item in now:
            ids.add(item.id)
            folders.add(_top(item))
        gone = Counter(_top(item) for item in self._collection.items if item.id not in ids and not away.has(item))
        whole = [f"“{folder}”" for folder, count in gone.items() if count > FEW and folder and folder not in folders]
        if whole or (gone.total() > FEW and 2 * gone.total() > len(self._collection)):
            named = f", such as all images of {', '.join(whole)}" if whole else ""
            raise CollectionError(
                f"{gone.total()} of the {len(self._collection)} images in the collection {self._collection.name} are no longer in "
                f"{source}{named}. Reconnect their disk or server, or add --allow-removals to remove them from the collection."
            )

    def compare(self, batch: ImageBatch) -> None:
        """Count which images of the new version have changed."""
        stored = self._stored([item.id for item in batch.items])
        self._found |= stored.keys()
        for item, key, thumbnail in zip(batch.items, batch.keys, batch.thumbnails, strict=True):
            if item.id in stored:
                self._changed += self._differs(*stored[item.id], item, key, thumbnail)

    def keep(self, writer: StoreWriter) -> int:
        """Write the images that cannot be read at the moment as they were. Return how many images were written.

        Args:
            writer: Writes the new version. All other images were written and compared.

        Raises:
            CollectionError: The images cannot be kept, because the earlier version was made with another model.
        """
        away = Away() if self._is_of_other_folder else self._away()
        kept = [item for item in self._collection.items if item.id not in self._found and away.has(item)] if away else []
        if kept and not self._same_model:
            if self._allowed.removals:
                return 0
            raise CollectionError(
                f"{len(kept)} images in the collection {self._collection.name} cannot be read now, and their vectors are of "
                "another model. Reconnect their disk or server, or add --allow-removals to remove them from the collection."
            )
        for batch in self._batches(kept):
            writer.put(batch)
        self._kept = len(kept)
        return len(kept)

    def changes(self, count: int) -> Changes:
        """Return what has changed, after all images were compared or kept. ``count`` is the number of images of the new version."""
        before, there = len(self._collection), len(self._found) + self._kept
        return Changes(before, count - there, self._changed, before - there, self._kept)

    def _stored(self, ids: Sequence[str]) -> dict[str, tuple[Item, str]]:
        """Return id → item and SHA-256 of the original file, which is "" in a small collection."""
        if self._on_disk is not None:
            return self._on_disk.with_keys(ids)
        return {item_id: self._items[item_id] for item_id in ids if item_id in self._items}

    def _differs(self, before: Item, before_key: str, item: Item, key: str, thumbnail: bytes) -> bool:
        """Return whether an image, or what is written about it, differs from ``before``."""
        if _description(before) != _description(item):
            return True
        if before_key:
            return before_key != key
        file = self._collection.layout.root / before.file
        return not file.is_file() or file.stat().st_size != len(thumbnail) or file.read_bytes() != thumbnail

    def _batches(self, items: Iterable[Item]) -> Iterator[ImageBatch]:
        """Yield images of the earlier version, with their vectors and thumbnails."""
        rest = iter(items)
        while batch := list(islice(rest, _AT_A_TIME)):
            rows = np.array([self._collection.row(item.id) for item in batch])
            features, embeddings = (self._collection.vector_rows(by)[rows].astype(np.float32) for by in ("visual", "semantic"))
            stored = self._stored([item.id for item in batch])
            thumbnails = [self._collection.picture(int(row)).read_bytes() for row in rows]
            yield ImageBatch(batch, features, embeddings, thumbnails, [stored[item.id][1] for item in batch])


def path_text(folder: Path) -> str:
    """Return the absolute path of a folder as the manifest records it."""
    return valid_text(str(folder.absolute()))


def _is_same_folder(made_from: str, source: Path) -> bool:
    """Return whether a folder in a manifest is ``source``, also by a link."""
    with suppress(OSError):
        return made_from == path_text(source) or source.samefile(made_from)
    return False


def _top(item: Item) -> str:
    """Return the folder of an image that is directly below the source, or "" if the image is in no such folder."""
    return item.category.partition("/")[0]


def _description(item: Item) -> tuple[tuple[str, ...], str, str, str, str]:
    return item.labels, item.category, item.caption, item.author, item.licence
