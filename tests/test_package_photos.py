"""Photographs from Debian's packages: the table, and where each image is read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from devise_core import Engine
from devise_core.bundle import package_photos
from devise_core.bundle.package_photos import PACKAGES, ROWS, extract_package_photos
from devise_core.errors import BuildError

FREE = ("Public domain", "CC0", "CC-BY", "GPL-", "LGPL-")


def test_every_row_is_complete_and_free() -> None:
    assert all(value for row in ROWS for value in row.values())
    assert [row["id"] for row in ROWS if not row["licence"].startswith(FREE)] == []
    assert {row["package"] for row in ROWS} == set(PACKAGES)


def test_ids_and_files_differ() -> None:
    for keys in ((row["id"] for row in ROWS), ((row["package"], row["path"]) for row in ROWS)):
        assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_the_collection_has_every_row_with_its_credit(photos: Engine) -> None:
    for row in ROWS:
        item = photos.collection.items[photos.collection.row(row["id"])]
        assert (item.author, item.licence, item.source, item.caption) == (
            row["author"],
            row["licence"],
            row["source"],
            row["caption"],
        )


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The only row of the table: a file of one of its packages."""
    row = next(row for row in ROWS if ".rcc/" not in row["path"])
    monkeypatch.setattr(package_photos, "ROWS", [row])
    return row


def test_an_image_is_read_from_its_package(row: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "package" / row["path"]
    path.parent.mkdir(parents=True)
    Image.new("RGB", (900, 600), "teal").save(path)
    (tmp_path / "out/images").mkdir(parents=True)
    [item] = extract_package_photos({row["package"]: tmp_path / "package"}, tmp_path / "out")
    assert (item.id, item.name) == (row["id"], row["labels"].split("|")[0])
    with Image.open(tmp_path / "out" / item.file) as image:
        assert image.size == (512, 341)


def test_a_missing_image_names_its_package(row: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=f"is missing. Unpack Debian {row['package']}"):
        extract_package_photos({row["package"]: tmp_path}, tmp_path)
