"""Find the image files of a folder, and describe each by its path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.vision.image_reader import SUFFIXES


def find_images(source: Path) -> list[Path]:
    """Return every image file below ``source``, sorted by path. Hidden files and folders are left out.

    Raises:
        CollectionError: The folder is missing or has no image file.
    """
    if not source.is_dir():
        raise CollectionError(f"There is no folder {source}. Give the folder that your images are in.")
    files = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(source).parts)
    )
    if not files:
        raise CollectionError(f"There are no images in {source}. Files ending in {', '.join(SUFFIXES)} are read.")
    return files


def describe(parts: Sequence[str], mark: str, source: str = "") -> Item:
    """Describe an image by the path of its file.

    Args:
        parts: The path's parts, at least the file's name. Folders become labels, the innermost first, and the name becomes
            the caption.
        mark: Makes the id unique. If it depends only on the path, links to an image stay valid when others are added.
        source: Where the file is.
    """
    folders, stem = parts[:-1], Path(parts[-1]).stem
    labels = tuple(filter(None, dict.fromkeys(_readable(folder) for folder in reversed(folders))))
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "picture"
    identity = f"{slug[:40]}-{mark}"
    return Item(identity, f"images/{identity}.webp", labels, "/".join(folders), _readable(stem), source=source)


def _readable(name: str) -> str:
    return re.sub(r"[\s_\-]+", " ", name).strip().lower()
