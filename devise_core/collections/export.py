"""Results to take home: a table, JSON, or the pictures themselves with who made them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from devise_core.collections.base import Collection
from devise_core.datatypes import Hit

_COLUMNS = ("id", "name", "cosine", "category", "labels", "caption", "author", "licence", "source")
_FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(hits: Sequence[Hit]) -> str:
    """One row for each picture. A cell that a spreadsheet would run as a formula begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
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
        )
        writer.writerow(
            [
                cell if column == "cosine" or not cell.startswith(_FORMULA) else f"'{cell}"
                for column, cell in zip(_COLUMNS, cells, strict=True)
            ]
        )
    return file.getvalue()


def as_json(hits: Sequence[Hit]) -> str:
    """A list of what ``Hit.as_dict`` says, without paths of this machine."""
    plain = [{name: value for name, value in hit.as_dict().items() if name != "path"} | {"source": hit.origin} for hit in hits]
    return json.dumps(plain, indent=1, ensure_ascii=False)


def as_zip(collection: Collection, hits: Sequence[Hit]) -> bytes:
    """The pictures, numbered in order, and ``ATTRIBUTION.csv``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # pictures are compressed already
        for number, hit in enumerate(hits, 1):
            picture = collection.picture(hit.row)
            suffix = PurePosixPath(hit.item.file).suffix or ".webp"
            name = "".join(sign if sign.isalnum() else "-" for sign in hit.name)[:60]
            archive.writestr(f"{number:03}-{name}{suffix}", picture.read_bytes() if isinstance(picture, Path) else picture)
        archive.writestr("ATTRIBUTION.csv", as_csv(hits))
    return buffer.getvalue()
