"""Read and write ``items.csv``: one row for each image of a collection."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from devise_core.datatypes import Item
from devise_core.errors import ArtifactError

_COLUMNS = [field.name for field in fields(Item)]


def read_items(path: Path) -> list[Item]:
    """Read ``items.csv``.

    Raises:
        ArtifactError: A column is missing, or two items have one id.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"id", "file"} - set(rows.fieldnames or ())
        if missing:
            raise ArtifactError(f"{path} has no column {sorted(missing)[0]}. Restore it, or make the collection again.")
        items = [_item(row) for row in rows]
    if len({item.id for item in items}) != len(items):
        raise ArtifactError(f"{path} gives one id to several images. Make the collection again.")
    return items


def write_items(path: Path, items: Sequence[Item]) -> None:
    """Write ``items.csv``, with the labels separated by ``|``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for item in items:
            row = list(astuple(item))
            row[_COLUMNS.index("labels")] = "|".join(item.labels)
            writer.writerow(row)


def _item(row: Mapping[str, str | None]) -> Item:
    values: dict[str, Any] = {name: row.get(name) or "" for name in _COLUMNS}
    values["labels"] = tuple(filter(None, values["labels"].split("|")))
    return Item(**values)
