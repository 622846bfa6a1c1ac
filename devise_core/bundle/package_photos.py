"""Add images to the collection ``photos``: wallpapers, avatars and sample images from Debian's packages.

The table ``package_photos.csv`` lists each image, with the author, licence and source that its package states. The labels, the
category and the caption were written by looking at the image. ``docs/COLLECTIONS.md`` lists the packages, and the images that were
left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from devise_core.bundle import packages
from devise_core.bundle.qt_resource import read_resource
from devise_core.bundle.tables import read_rows
from devise_core.bundle.thumbnails import save_copies
from devise_core.datatypes import Item
from devise_core.errors import BuildError

LONGEST_SIDE = 512
ROWS = read_rows("package_photos")
PACKAGES = {
    packages.GCOMPRIS.name: packages.GCOMPRIS,
    **{row["name"]: packages.Package(registry="debian", **row) for row in read_rows("photo_packages")},
}
"""The packages that the table refers to, by name, GCompris first."""


def extract_package_photos(folders: Mapping[str, Path], out: Path) -> list[Item]:
    """Write the images that the table lists.

    Args:
        folders: Package name → the folder that the package is unpacked into.
        out: The folder of the collection. It must already have a folder ``images``.

    Returns:
        The items, in the order of the table.

    Raises:
        BuildError: If an image that the table lists is not in its package.
    """
    items = []
    for row in ROWS:
        item = Item(
            row["id"],
            f"images/{row['id']}.webp",
            tuple(row["labels"].split("|")),
            row["category"],
            row["caption"],
            row["author"],
            row["licence"],
            row["source"],
        )
        save_copies(_content(folders[row["package"]], row), out, item.file, LONGEST_SIDE)
        items.append(item)
    return items


def _content(folder: Path, row: Mapping[str, str]) -> Path | bytes:
    """Return the path of a row's image, or the bytes of the image if it is inside a Qt resource file."""
    resource, rcc, inner = row["path"].partition(".rcc/")
    path = folder / f"{resource}{rcc.removesuffix('/')}"
    if not path.is_file():
        raise BuildError(f"{path} is missing. Unpack {_title(row)} into {folder}.")
    if not rcc:
        return path
    files = _resource(path)
    if inner not in files:
        raise BuildError(f"{path} has no image {inner}. Use {_title(row)}.")
    return files[inner]


def _title(row: Mapping[str, str]) -> str:
    package = PACKAGES[row["package"]]
    return f"Debian {package.name} {package.version}"


@cache
def _resource(path: Path) -> dict[str, bytes]:
    return read_resource(path)
