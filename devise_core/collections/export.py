"""Export results as a table, as JSON, or as the images themselves with their attribution."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from devise_core.collections.base import Collection
from devise_core.datatypes import Hit
from devise_core.storage.artifact_reader import read_bytes
from devise_core.storage.csv_writer import CsvWriter

_COLUMNS = ("id", "name", "cosine", "category", "labels", "caption", "author", "licence", "source", "taken")
_FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(hits: Sequence[Hit]) -> str:
    """Return a CSV table with a row for each hit. An apostrophe precedes what a spreadsheet would run as a formula."""
    file = io.StringIO()
    writer = CsvWriter(file)
    writer.writerow(_COLUMNS)
    for hit in hits:
        cells = (
            hit.id,
            hit.name,
            f"{hit.cosine:.4f}",
            hit.category,
            "|".join(hit.labels),
            hit.caption,
            hit.author,
            hit.licence,
            hit.origin,
            hit.taken,
        )
        writer.writerow(
            [cell if column == "cosine" else without_formula(cell) for column, cell in zip(_COLUMNS, cells, strict=True)]
        )
    return file.getvalue()


def without_formula(cell: str) -> str:
    """Return the text of a cell, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_json(hits: Sequence[Hit]) -> str:
    """Return a JSON list of the hits, as ``Hit.as_dict`` gives them but without paths of this machine."""
    plain = [
        {name: value for name, value in hit.as_dict().items() if name not in ("path", "thumbnail")} | {"source": hit.origin}
        for hit in hits
    ]
    return json.dumps(plain, indent=1, ensure_ascii=False)


def as_zip(collection: Collection, hits: Sequence[Hit]) -> bytes:
    """Return the images, numbered in the order of the hits, and ``ATTRIBUTION.csv``.

    Raises:
        ArtifactError: The file of an image is missing, or is not a regular file.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # images are compressed already
        for number, hit in enumerate(hits, 1):
            suffix = PurePosixPath(hit.item.file).suffix or ".webp"
            name = "".join(sign if sign.isalnum() else "-" for sign in hit.name)[:60]
            archive.writestr(f"{number:03}-{name}{suffix}", image_bytes(collection, hit.row))
        archive.writestr("ATTRIBUTION.csv", as_csv(hits))
    return buffer.getvalue()


def image_bytes(collection: Collection, row: int) -> bytes:
    """Return the content of the thumbnail at ``row``. Raises as ``as_zip`` does."""
    picture = collection.picture(row)
    return read_bytes(picture) if isinstance(picture, Path) else picture
