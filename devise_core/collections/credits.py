"""``credits.csv`` in a folder of images: the caption, author, licence and source of each file, for ``index``."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from devise_core.collections.image_note import ImageNote
from devise_core.errors import ArtifactError, CollectionError
from devise_core.storage.artifact_reader import read_text
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter

NAME = "credits.csv"
_FACTS = ("caption", "author", "licence", "source")


def read_credits(folder: Path) -> dict[str, ImageNote]:
    """Return the credits of the files in ``folder``, by file name. The result is empty if there is no ``credits.csv``.

    Raises:
        CollectionError: The file cannot be read or has no column ``file``.
    """
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        rows = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))  # Excel begins a file with this mark
        if "file" not in (rows.fieldnames or ()):
            raise CollectionError(f"{path} has no column “file”. Add one with the file name of each image, or delete credits.csv.")
        return {row["file"] or "": ImageNote((), *(row.get(name) or "" for name in _FACTS)) for row in rows}
    except (ArtifactError, csv.Error) as error:
        raise CollectionError(f"{path} cannot be read. Save it as a CSV file in UTF-8, or delete it.") from error


def write_credits(folder: Path, credits: Mapping[str, ImageNote]) -> None:
    """Write ``credits.csv``, given the credits by file name."""
    with atomic_file(folder / NAME) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(("file", *_FACTS))
        writer.writerows((file, *(getattr(note, name) for name in _FACTS)) for file, note in credits.items())
