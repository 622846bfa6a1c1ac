"""Build the collection ``stamps``: objects cut out of their background, from Tux Paint, with English descriptions.

Most of the images are photographs. The source is Debian's tuxpaint-stamps-default (GPL-2). No model is trained on these images.
They are used to evaluate searches for a category, such as "animals".
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from devise_core.bundle.tables import read_table
from devise_core.bundle.thumbnails import save_copies
from devise_core.datatypes import Item
from devise_core.errors import BuildError
from devise_core.storage.manifest import sha256_of

LONGEST_SIDE = 256
LICENCE = "GPL-2.0"
AUTHOR = "Tux Paint stamps contributors"
SOURCE = "Debian tuxpaint-stamps-default 2022.06.04-1"

DRAWN_FOLDERS = {"symbols", "cartoon", "flags", "roadsigns", "toys", "plastic"}
LEFT_OUT = read_table("stamps_left_out")
"""File stem → the reason why the image is left out: it shows nothing that a person would search for."""
LABELS = read_table("stamp_labels")
"""File stem → labels, separated by “|”, for images whose description does not give the labels."""

_OPENING = re.compile(
    r"^(?:(?:an?|the|our|some|two|another|very|little|big|small|large) "
    r"|(?:pair|bunch|head|plant|quarter|string) of )+"
)


def extract_stamps(package: Path, out: Path) -> list[Item]:
    """Write the images and the licence of the collection.

    Args:
        package: The unpacked Debian package.
        out: The folder to write ``images`` and ``LICENCE.txt`` into.

    Returns:
        The items, ordered by category and id.

    Raises:
        BuildError: If the package lacks the images or the licence.
    """
    stamps = package / "usr/share/tuxpaint/stamps"
    licence = package / "usr/share/doc/tuxpaint-stamps-default/copyright"
    for path in (stamps, licence):
        if not path.exists():
            raise BuildError(f"{path} is missing. Unpack {SOURCE} into {package}.")
    (out / "images").mkdir(parents=True)
    shutil.copyfile(licence, out / "LICENCE.txt")
    items: dict[str, Item] = {}
    for path in _distinct_images(stamps):
        relative = path.relative_to(stamps)
        identity = re.sub(r"[^a-z0-9]+", "-", path.stem.lower())
        if identity in items:
            identity = f"{relative.parts[-2]}-{identity}"
        caption = path.with_suffix(".txt").read_text("utf-8").split("\n", 1)[0].strip()
        file = f"images/{identity}.webp"
        save_copies(path, out, file, LONGEST_SIDE, transparent=True)
        labels, source = labels_of(path.stem, caption), f"{SOURCE}: {relative.as_posix()}"
        items[identity] = Item(identity, file, labels, relative.parent.as_posix(), caption, AUTHOR, LICENCE, source)
    return sorted(items.values(), key=lambda item: (item.category, item.id))


def labels_of(stem: str, description: str) -> tuple[str, ...]:
    """Return the labels in a description: ``("crowned crane",)`` for "A crowned crane."."""
    if stem in LABELS:
        return tuple(LABELS[stem].split("|"))
    text = re.split(r"[.!?;(,—]", description.lower(), maxsplit=1)[0]
    text = re.sub(r"[“”‘\"]|'(?!s)", "", text).replace("’", "'")
    return (_OPENING.sub("", text.strip()).strip(),)


def _distinct_images(folder: Path) -> Iterator[Path]:
    """Yield the images to use. Drawings, images in ``LEFT_OUT``, images without a description and duplicates are left out."""
    digests: set[str] = set()
    for path in sorted(folder.rglob("*.png")):
        # A mirrored copy of an image has no description.
        drawn = DRAWN_FOLDERS & set(path.relative_to(folder).parts[:-1])
        if drawn or path.stem in LEFT_OUT or not path.with_suffix(".txt").is_file():
            continue
        digest = sha256_of(path)
        if digest not in digests:  # some images are in two categories
            digests.add(digest)
            yield path
