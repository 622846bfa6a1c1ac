"""The version of a collection before it is written again: what may be removed from it, what is kept, and what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.earlier_images import EarlierImages
from devise_core.collections.facts import GIVEN_DATES
from devise_core.collections.image_files import FolderScan
from devise_core.collections.indexed_folder import Changes
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.storage.valid_text import valid_text

FEW = 10
"""Up to this many images may be removed without ``Allowed.removals``, whatever their share of the collection."""


@dataclass(frozen=True)
class Allowed:
    """What ``index`` may do to an existing collection.

    Attributes:
        removals: Remove many images whose files are gone, such as all images of a folder.
        other_folder: Replace a collection that was made from another folder, file or URL.
    """

    removals: bool = False
    other_folder: bool = False


CAREFUL = Allowed()
"""The default: nothing unusual is done."""
INDEXED_FOLDER = "indexed_folder"
"""The fact that names the folder from which a collection was made, or the file or URL that lists its images. Collections of earlier
versions lack it."""


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
        images: The images.
        model_id: The id of the model that makes the new version.
        away: Returns what cannot be read at the moment. Its images are not removed.
        allowed: What may be done to the collection.
    """

    def __init__(self, images: EarlierImages, model_id: str, away: Callable[[], Away], allowed: Allowed) -> None:
        self._images, self._same_model = images, images.model_id == model_id
        self._away, self._allowed = away, allowed
        self._found, self._changed, self._kept = set[str](), 0, 0
        self._is_of_other_folder = False

    @classmethod
    def of(cls, images: EarlierImages | None, model_id: str, away: Callable[[], Away], allowed: Allowed) -> Self | None:
        """Make the earlier version, if there is one.

        Args:
            images: The images, or None if there is no earlier version that can be read.
            model_id: As for the class.
            away: As for the class.
            allowed: As for the class.

        Returns:
            The earlier version, or None.
        """
        return None if images is None else cls(images, model_id, away, allowed)

    def check(self, now: Iterable[Item], source: str) -> None:
        """Check that the collection may be replaced by what is in the source now. Call this before images are read.

        Args:
            now: What is in the source now.
            source: The path of a folder or file, or a URL.

        Raises:
            CollectionError: The collection was made from another source, or many images are gone, and this is not allowed.
        """
        self._check_source(source)
        self._check_removals(now, source)

    def _check_source(self, source: str) -> None:
        """Raise ``CollectionError`` if the collection was made from another source, as far as that is known."""
        made_from = str(self._images.facts.get(INDEXED_FOLDER, ""))
        self._is_of_other_folder = bool(made_from) and not _is_same_source(made_from, source)
        if self._is_of_other_folder and not self._allowed.other_folder:
            raise CollectionError(
                f"The collection {self._images.name} was made from {made_from}. Choose another name, or add --replace."
            )

    def _check_removals(self, now: Iterable[Item], source: str) -> None:
        """Raise ``CollectionError`` if many images are gone, probably because their disk is not connected.

        They are many if they are more than ``FEW``, and more than half of all images or all images of a folder directly below
        ``source``.
        """
        if self._allowed.removals or self._is_of_other_folder:
            return
        away = self._away()
        ids, folders = set[str](), set[str]()
        for item in now:
            ids.add(item.id)
            folders.add(_top(item))
        gone = Counter(_top(item) for item in self._images.places() if item.id not in ids and not away.has(item))
        whole = [f"“{folder}”" for folder, count in gone.items() if count > FEW and folder and folder not in folders]
        if whole or (gone.total() > FEW and 2 * gone.total() > len(self._images)):
            named = f", such as all images of {', '.join(whole)}" if whole else ""
            raise CollectionError(
                f"{gone.total()} of the {len(self._images)} images in the collection {self._images.name} are no longer in "
                f"{source}{named}. Reconnect their disk or server, or add --allow-removals to remove them from the collection."
            )

    def compare(self, batch: ImageBatch) -> None:
        """Count which images of the new version have changed."""
        stored = self._images.stored([item.id for item in batch.items])
        self._found |= stored.keys()
        for item, key, thumbnail in zip(batch.items, batch.keys, batch.thumbnails, strict=True):
            if item.id in stored:
                self._changed += self._images.differs(stored[item.id], item, key, thumbnail)

    def keep(self, writer: StoreWriter) -> int:
        """Write the images that cannot be read at the moment as they were. Return how many images were written.

        Args:
            writer: Writes the new version. All other images were written and compared.

        Raises:
            CollectionError: The images cannot be kept, because the earlier version was made with another model, or because a
                thumbnail is not on this machine.
        """
        away = Away() if self._is_of_other_folder else self._away()
        kept = [item.id for item in self._images.places() if item.id not in self._found and away.has(item)] if away else []
        if kept and not self._same_model:
            if self._allowed.removals:
                return 0
            raise CollectionError(
                f"{len(kept)} images in the collection {self._images.name} cannot be read now, and their vectors are of "
                "another model. Reconnect their disk or server, or add --allow-removals to remove them from the collection."
            )
        for batch in self._images.batches(kept):
            writer.put(batch)
        self._kept = len(kept)
        return len(kept)

    @property
    def kept_dates(self) -> bool:
        """Whether all images that were kept have the date in their file. Earlier versions of Semblance did not read it."""
        return not self._kept or GIVEN_DATES in self._images.facts

    def changes(self, count: int) -> Changes:
        """Return what has changed, after all images were compared or kept. ``count`` is the number of images of the new version."""
        before, there = len(self._images), len(self._found) + self._kept
        return Changes(before, count - there, self._changed, before - there, self._kept)


def source_text(source: str) -> str:
    """Return a source as it is recorded: the absolute path of a folder or file, or a URL."""
    return valid_text(source.rstrip("/") if "://" in source else str(Path(source).absolute()))


def _is_same_source(made_from: str, source: str) -> bool:
    """Return whether what is recorded about a collection is ``source``, for paths also by a link."""
    if made_from == source_text(source):
        return True
    if "://" in made_from or "://" in source:
        return False
    with suppress(OSError):
        return Path(source).samefile(made_from)
    return False


def _top(item: Item) -> str:
    """Return the folder of an image that is directly below the source, or "" if the image is in no such folder."""
    return item.category.partition("/")[0]
