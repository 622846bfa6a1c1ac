"""Further images of the collection ``photos``, from wallpapers, avatars and samples in Debian's packages.

The table lists each image that is used, with its author, licence and source as the package states them. The labels, the category
and the caption were written by looking at the image. ``docs/COLLECTIONS.md`` lists the packages and what was left out.
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
"""The packages of the table by name, GCompris first."""


def extract_package_photos(folders: Mapping[str, Path], out: Path) -> list[Item]:
    """Write the images of the table.

    Args:
        folders: Package name → the folder that it is unpacked into.
        out: The folder of the collection, which has a folder ``images``.

    Returns:
        The items, in the order of the table.

    Raises:
        BuildError: An image of the table is not in its package.
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
    """Return the file of a row, or its content if it is in a Qt resource."""
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
