"""Rename and remove the collections in the user's folder. Collections that come with the model cannot be changed."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from devise_core.collections.finding import find_collections, unlisted
from devise_core.collections.writer import check_name
from devise_core.errors import CollectionError, UnknownCollectionError
from devise_core.storage.atomic_write import staged_name
from devise_core.storage.paths import INDEXING_CACHE, known_user_collections, user_collections


def rename_collection(name: str, new_name: str, artifacts: Path) -> Path:
    """Give a collection of the user another name.

    Args:
        name: The name of the collection.
        new_name: The new name.
        artifacts: The folder of the model, whose collections keep their names.

    Returns:
        The new folder.

    Raises:
        CollectionError: There is no such collection, it comes with the model, or the new name is taken or not allowed.
    """
    folder, target = _folder_of(name, artifacts), user_collections() / check_name(new_name)
    if new_name in find_collections(artifacts) or target.exists():
        raise CollectionError(f"There is already a collection “{new_name}”. Choose another name.")
    for file in _cached(folder):
        file.replace(file.with_name(f"{new_name}{file.suffix}"))
    return folder.rename(target)


def remove_collection(name: str, artifacts: Path) -> None:
    """Delete a collection of the user. The arguments and errors are those of ``rename_collection``.

    The collection disappears at once, and nothing of its images is kept for the next ``index``. If the deletion is interrupted, the
    rest is deleted when a collection of this name is written again.
    """
    folder = _folder_of(name, artifacts)
    removed = folder.rename(staged_name(folder, secrets.token_hex(4)))
    for file in _cached(folder):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    shutil.rmtree(removed)


def _cached(folder: Path) -> list[Path]:
    """Return the files and folders that ``index`` keeps beside the collection in ``folder``, so that it need not start again."""
    cache = folder.with_name(INDEXING_CACHE)
    return [file for file in cache.iterdir() if file.stem == folder.name] if cache.is_dir() else []


def _folder_of(name: str, artifacts: Path) -> Path:
    folders = find_collections(artifacts)
    if name not in folders:
        raise UnknownCollectionError(name, list(folders), unlisted())
    if folders[name].parent != known_user_collections():
        raise CollectionError(f"The collection {name} comes with the model, so it stays as it is. Choose one that you made.")
    return folders[name]
