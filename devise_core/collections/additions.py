"""Find the images to add to a large collection, so that ``index`` does not write the whole collection again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from devise_core.collections.facts import GIVEN_DATES, date_mark
from devise_core.collections.folder import FolderCollection
from devise_core.collections.item_table import StoredItems
from devise_core.collections.segments import segments_of
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO

MOST_ADDED = 0.25
"""How many images may be added, as a share of the images that were written first. If there are more, the whole collection is
written again, so that its maps cover all images."""
_AT_A_TIME = 500


Listed = TypeVar("Listed")
"""What an image is listed as, such as the path of its file."""
_Hashed_contra = TypeVar("_Hashed_contra", contravariant=True)


class ContentHashes(Protocol[_Hashed_contra]):
    """The SHA-256 of the content of images."""

    def of(self, image: _Hashed_contra, /) -> str:
        """Return the SHA-256 of one image. Raises ``OSError`` if it cannot be read."""

    def save(self) -> None:
        """Store the hashes that were computed."""


@dataclass
class Additions(Generic[Listed]):
    """The files of a folder, compared with its collection.

    Attributes:
        files: The files that are not in the collection.
        keys: The SHA-256 of each file that is already in the collection.
        given_dates: The sum of ``date_mark`` over these images.
    """

    files: list[Listed] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    given_dates: int = 0


def additions(
    folder: Path,
    model_id: str,
    parts: ModelParts | None,
    files: Sequence[Listed],
    describe: Callable[[Listed], Item],
    hashes: ContentHashes[Listed],
) -> Additions[Listed] | None:
    """Return what to add to the collection in ``folder``, or None if the collection has to be written as a whole.

    That is the case if the collection is small, damaged, of another model or from a version that did not read dates, if an image or
    its item was changed or deleted, or if there are more new images than ``MOST_ADDED`` allows.

    Args:
        folder: The folder of the collection, which may be missing.
        model_id: The id of the model that is used now.
        parts: The ``ModelParts`` of that model, or None.
        files: All image files, new or not.
        describe: Returns the item of a file. Its date is from annotations only.
        hashes: Gives the SHA-256 of files.
    """
    if len(files) <= EXACT_UP_TO:
        return None
    with suppress(ArtifactError, CollectionError, OSError):
        collection = FolderCollection.open(folder, model_id)
        facts, version = collection.facts, parts.version if parts else ""
        if not isinstance(collection.items, StoredItems) or facts.get("parts", "") != version or GIVEN_DATES not in facts:
            return None
        new = _compared(collection, collection.items, files, describe, hashes)
        if new is not None and _worth_it(collection, len(new.files)):
            for name in collection.manifest.files:  # without new images, all bytes are checked, so that damage is repaired
                (collection.manifest.glanced if new.files else collection.manifest.verified)(folder / name)
            return new
    return None


def _compared(
    collection: FolderCollection,
    items: StoredItems,
    files: Sequence[Listed],
    describe: Callable[[Listed], Item],
    hashes: ContentHashes[Listed],
) -> Additions[Listed] | None:
    """Compare all files with the collection. Return None if an image of the collection, or its item, was changed or deleted."""
    new = Additions[Listed]()
    for start in range(0, len(files), _AT_A_TIME):
        described = [(file, describe(file)) for file in files[start : start + _AT_A_TIME]]
        stored = items.with_keys([item.id for _, item in described])
        for file, item in described:
            if item.id not in stored:
                new.files.append(file)
                continue
            before, key = stored[item.id]
            unchanged = item == (before if item.taken else replace(before, taken=""))
            if not unchanged or hashes.of(file) != key or not (collection.layout.root / before.file).is_file():
                return None
            new.keys.append(key)
            new.given_dates += date_mark(item)
        hashes.save()
    is_complete = len(new.keys) == len(collection) and new.given_dates == collection.facts[GIVEN_DATES]
    return new if is_complete else None


def _worth_it(collection: FolderCollection, added: int) -> bool:
    """Return whether the added images are few enough (see ``MOST_ADDED``)."""
    segments = sum(segment.count for segment in segments_of(collection.facts))
    return collection.layout.levels.name in collection.manifest.files and (segments + added) <= MOST_ADDED * (
        len(collection) - segments
    )
