"""Read and write ``items.csv``: one row for each image of a collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import read_rows
from devise_core.storage.csv_writer import CsvWriter
from devise_core.storage.paths import is_inside

_COLUMNS = [field.name for field in fields(Item)]
LATER = ("indexed_file", "taken")
"""The last columns. Each is missing in files of earlier versions, and if no image has a value in it."""


def read_items(path: Path) -> list[Item]:
    """Read ``items.csv``.

    Raises:
        ArtifactError: A column or an id is missing, a file is outside the folder, or two items have the same id.
    """
    rows = read_rows(path)
    missing = {"id", "file"} - set(rows[0] if rows else ("id", "file"))
    if missing:
        raise ArtifactError(f"{path} has no column {sorted(missing)[0]}. Restore it, or make the collection again.")
    items = [_item(row) for row in rows]
    for item in items:
        if not item.id or not is_inside(item.file):
            raise ArtifactError(f"{path} has an image without an id, or with a file outside the folder. Make the collection again.")
    if len({item.id for item in items}) != len(items):
        raise ArtifactError(f"{path} gives one id to several images. Make the collection again.")
    return items


def write_items(path: Path, items: Sequence[Item]) -> None:
    """Write ``items.csv``, with the labels separated by ``|``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        columns = [name for name in _COLUMNS if name not in LATER or any(getattr(item, name) for item in items)]
        writer.writerow(columns)
        for item in items:
            values = asdict(item)
            values["labels"] = "|".join(item.labels)
            values["focus"] = " ".join(f"{share:.2f}" for share in item.focus)
            writer.writerow([values[name] for name in columns])


def _item(row: Mapping[str, str | None]) -> Item:
    values: dict[str, Any] = {name: row.get(name) or "" for name in _COLUMNS}
    values["labels"] = tuple(filter(None, values["labels"].split("|")))
    values["focus"] = _focus(values["focus"])
    return Item(**values)


def _focus(text: str) -> tuple[float, float]:
    """Read a focus such as "0.40 0.55". An image without a focus, as in older collections, gets the middle."""
    try:
        x, y = map(float, text.split())
    except ValueError:
        return (0.5, 0.5)
    return (x, y)
