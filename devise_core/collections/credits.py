"""``credits.csv`` in a folder of images: the caption, author, licence and source of each file, for ``index``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from devise_core.errors import ArtifactError, CollectionError
from devise_core.storage.artifact_reader import read_text
from devise_core.storage.atomic_write import atomic_file

NAME = "credits.csv"


@dataclass(frozen=True)
class ImageCredit:
    """What is known of one image.

    Attributes:
        file: The file, relative to the folder.
        caption: What the image shows.
        author: Who made it.
        licence: The terms it is used under.
        source: Its page on the web.
    """

    file: str
    caption: str = ""
    author: str = ""
    licence: str = ""
    source: str = ""


_COLUMNS = [field.name for field in fields(ImageCredit)]


def read_credits(folder: Path) -> dict[str, ImageCredit]:
    """Return the credit of each file in ``folder``, by the file. Empty if there is no ``credits.csv``.

    Raises:
        CollectionError: The file cannot be read or has no column ``file``.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        rows = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))  # Excel begins a file with this mark
        if "file" not in (rows.fieldnames or ()):
            raise CollectionError(f"{path} has no column “file”. Add one with the file of each image, or delete it.")
        credits = [ImageCredit(*(row.get(name) or "" for name in _COLUMNS)) for row in rows]
    except (ArtifactError, csv.Error) as error:
        raise CollectionError(f"{path} cannot be read. Save it as a CSV file in UTF-8, or delete it.") from error
    return {credit.file: credit for credit in credits}


def write_credits(folder: Path, credits: Mapping[str, ImageCredit]) -> None:
    """Write ``credits.csv``."""
    with atomic_file(folder / NAME) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(astuple(credit) for credit in credits.values())
