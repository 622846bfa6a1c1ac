"""Find the collections on this machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from devise_core.collections.image_files import cannot_read
from devise_core.storage.atomic_write import is_unfinished, restore_interrupted
from devise_core.storage.paths import known_user_collections

_MARKS = ("manifest.json", "items.csv")
"""A folder with one of these files is treated as a collection, even if other files are missing."""


def find_collections(artifacts: Path) -> dict[str, Path]:
    """Return the folders of all collections by name: those of the model in ``artifacts``, then the user's.

    A folder that cannot be read may be a collection, so it is included. Opening it says what is wrong. If two collections
    have the same name, the user's is returned.
    """
    folders: dict[str, Path] = {}
    for parent in filter(None, (artifacts / "collections", known_user_collections())):
        with suppress(OSError):  # ``unlisted`` reports this for the user's folder
            folders |= {folder.name: folder for folder in _folders_in(parent) if _is_collection(folder)}
    return folders


def unlisted() -> str:
    """Return a sentence about the folder of the user's collections if it cannot be listed, or ""."""
    parent = known_user_collections()
    try:
        if parent:
            _folders_in(parent)
    except OSError as error:
        return f"{parent}: {cannot_read(error, 'folder')}"
    return ""


def _folders_in(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    restore_interrupted(parent)
    return sorted(parent.iterdir())


def _is_collection(folder: Path) -> bool:
    if is_unfinished(folder):
        return False
    try:
        return folder.is_dir() and any((folder / name).is_file() for name in _MARKS)
    except OSError:
        return not folder.name.startswith(".")  # hidden folders, such as that of the caches, are not collections
