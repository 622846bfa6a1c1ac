"""Find the collections on this machine."""

from __future__ import annotations

from pathlib import Path

from devise_core.storage.atomic_write import is_unfinished, restore_interrupted
from devise_core.storage.paths import user_collections

_MARKS = ("manifest.json", "items.csv")
"""A folder with one of these files is treated as a collection, even if other files are missing."""


def find_collections(artifacts: Path) -> dict[str, Path]:
    """Return the folders of all collections by name: those of the model in ``artifacts``, then the user's."""
    folders: dict[str, Path] = {}
    for parent in (artifacts / "collections", user_collections()):
        if parent.is_dir():
            restore_interrupted(parent)
            folders |= {
                folder.name: folder
                for folder in sorted(parent.iterdir())
                if folder.is_dir() and not is_unfinished(folder) and any((folder / name).is_file() for name in _MARKS)
            }
    return folders
