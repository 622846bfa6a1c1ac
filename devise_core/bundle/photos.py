"""Build the collection ``photos``: photographs from GCompris that are not cut out, each with its author, licence and source.

The source is Debian's gcompris-qt-data. The images and their credits are in its Qt resource files. The credits are read from the
README files inside the resource files, because the copyright file of the package lists the images of an earlier version.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from devise_core.bundle.package_photos import LONGEST_SIDE
from devise_core.bundle.qt_resource import read_resource
from devise_core.bundle.tables import read_table
from devise_core.bundle.thumbnails import save_copies
from devise_core.datatypes import Item
from devise_core.errors import BuildError
from devise_core.storage.csv_writer import CsvWriter

PACKAGE = "Debian gcompris-qt-data 3.1-2"
RESOURCES = ("categorization", "erase", "explore_farm_animals", "explore_monuments", "explore_world_animals", "explore_world_music")
FREE = re.compile(r"public[ -]domain|CC0|CC-BY(-SA)?\b", re.IGNORECASE)
CATEGORIES = {
    "fishes": "animals/fishes",
    "animals": "animals",
    "erase": "animals",
    "monuments": "monuments",
    "music": "music",
    "others": "things",
    "renewable": "renewable energy",
    "tools": "tools",
}
LANDSCAPES = {"canyondeChelly", "greatWall", "greatWallofChina", "machuPicchu", "montStMichel", "rocamadour", "navajo"}
LEFT_OUT = {"alphabets", "numbers"}
MISSPELT = {"screDriver.webp": "screwDriver.webp", "audaPalatina.webp": "aulaPalatina.webp"}
"""Misspelt file name → correct file name."""
LABELS = read_table("photo_labels")
"""File stem → labels, separated by “|”, for images whose file name does not give the labels.

The labels were written by looking at each image. The labels of the fishes come from the titles of the source pages.
"""


@dataclass(frozen=True)
class Credit:
    """The author, licence and source of an image."""

    author: str
    licence: str
    source: str


def extract_photos(package: Path, out: Path) -> list[Item]:
    """Write the images of the package that have a free licence, each photograph once.

    Args:
        package: The unpacked Debian package.
        out: The folder to write ``images`` into.

    Returns:
        The items, ordered by category and id.

    Raises:
        BuildError: If a resource file is missing or damaged.
    """
    folder = package / "usr/share/gcompris-qt/rcc"
    if not folder.is_dir():
        raise BuildError(f"{folder} is missing. Unpack {PACKAGE} into {package}.")
    (out / "images").mkdir(parents=True)
    items: dict[str, Item] = {}
    sources: set[str] = set()
    for resource in RESOURCES:
        files = {PurePosixPath(name): content for name, content in read_resource(folder / f"{resource}.rcc").items()}
        credits = _credits_by_image(files)
        for path in sorted(files):
            credit = credits.get(path)
            if path.suffix != ".webp" or path.stem in LEFT_OUT or credit is None or not FREE.match(credit.licence):
                continue
            if credit.source in sources:  # two activities of GCompris show the same photograph
                continue
            sources.add(credit.source)
            item = _item(path, credit, items)
            save_copies(files[path], out, item.file, LONGEST_SIDE)
            items[item.id] = item
    return sorted(items.values(), key=lambda item: (item.category, item.id))


def read_credits(text: str) -> dict[str, Credit]:
    """Return the credit of each file in a README.

    The README has one block per credit, separated by blank lines. Each block ends with ``Files:`` and one file name per line.
    """
    credits: dict[str, Credit] = {}
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^(Copyright|License|Source):[ \t]*(.*)$", block, re.MULTILINE))
        files = re.search(r"^Files:(.*)", block, re.MULTILINE | re.DOTALL)
        author = re.sub(r"^©\s*|,\s*\d{4}$", "", fields.get("Copyright", "")).strip()
        credit = Credit(author, _normalised_licence(fields.get("License", "")), fields.get("Source", ""))
        for name in files[1].split() if files else ():
            folder, _, file = name.rpartition("/")
            credits[f"{folder}/{MISSPELT.get(file, file)}".lstrip("/")] = credit
    return credits


def labels_of(stem: str) -> tuple[str, ...]:
    """Return the labels in ``LABELS`` for a file stem, or else its words as one label: ``("polar bear",)`` for ``polarBear2``."""
    if stem in LABELS:
        return tuple(LABELS[stem].split("|"))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem.replace("_", " "))
    return (re.sub(r"\s*\d+$", "", words).lower(),)


def _credits_by_image(files: dict[PurePosixPath, bytes]) -> dict[PurePosixPath, Credit]:
    """Match images with credits.

    If a README lists a file name without a folder, its credit also applies to images of that name in folders below the README.
    """
    matches: dict[PurePosixPath, Credit] = {}
    for readme, content in files.items():
        if readme.name != "README":
            continue
        credits = read_credits(content.decode("utf-8"))
        for path in files:
            if readme.parent in path.parents:
                name = MISSPELT.get(path.name, path.name)
                if credit := credits.get(path.relative_to(readme.parent).as_posix()) or credits.get(name):
                    matches[path] = credit
    return matches


def _item(path: PurePosixPath, credit: Credit, taken: Collection[str]) -> Item:
    labels = labels_of(path.stem)
    identity = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path.stem).lower())
    if identity in taken:
        identity += "-2"
    folders = [part for part in path.parts if part in CATEGORIES]
    category = "landscapes" if path.stem in LANDSCAPES else CATEGORIES[folders[-1]] if folders else "monuments"
    title = unquote(credit.source.rsplit("File:", 1)[-1]) if "File:" in credit.source else ""
    caption = re.sub(r"[_\s]+", " ", re.sub(r"\.(jpe?g|png|webp)$", "", title, flags=re.IGNORECASE)).strip()
    return Item(
        identity, f"images/{identity}.webp", labels, category, caption or labels[0], credit.author, credit.licence, credit.source
    )


def _normalised_licence(text: str) -> str:
    """Return one spelling for each licence: "CC-BY-SA 4.0" also becomes "CC-BY-SA-4.0"."""
    licence = re.sub(r"[- ](\d)", r"-\1", text.strip())
    return "Public domain" if re.match(r"public[ -]domain", licence, re.IGNORECASE) else licence


def write_attribution(path: Path, items: Sequence[Item]) -> None:
    """Write the author, licence and source of every image as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(["file", "title", "author", "licence", "source"])
        writer.writerows([item.file, item.caption, item.author, item.licence, item.source] for item in items)
