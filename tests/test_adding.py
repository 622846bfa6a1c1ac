"""``index`` on a folder that has more images than its large collection."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image

from devise_core.collections.file_hashes import FileHashes
from devise_core.collections.folder import FolderCollection
from devise_core.storage.manifest import Manifest
from tests.colour_folder import index
from tests.fakes import ColourEncoder


@pytest.fixture
def large(source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The collection of ``source``, which is large here."""
    for module in ("indexing", "folder_writer", "writer", "additions"):
        monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 10)
    return index(source, ColourEncoder()).folder


def add_files(source: Path, numbers: range) -> None:
    for number in numbers:
        Image.new("RGB", (20, 10), (9 * number, 0, 200)).save(source / "holidays" / "blue_things" / f"new {number}.png")


def base(folder: Path) -> list[tuple[str, int]]:
    """The large files of the first images and when they were written."""
    return sorted((file.name, file.stat().st_mtime_ns) for file in folder.iterdir() if file.suffix in (".npy", ".scan", ".sqlite"))


def segments(folder: Path) -> list[int]:
    return [each["count"] for each in Manifest.read(folder).about.get("segments", [])]


def test_new_images_are_added_and_nothing_else_is_written(source: Path, large: Path) -> None:
    before = base(large)
    add_files(source, range(3))
    (source / "broken.jpg").write_bytes(b"no picture")
    encoder = ColourEncoder()
    result = index(source, encoder)
    assert (result.count, len(result.skipped)) == (39, 1)
    assert "broken.jpg" in result.report.read_text()
    assert base(large) == before
    assert segments(large) == [3]
    opened = FolderCollection.open(large, "m")
    assert [item.caption for item in opened.items][36:] == ["new 0", "new 1", "new 2"]
    assert opened.facets("label")["blue things"] == 15
    assert opened.picture(38).is_file()


def test_a_run_without_new_images_writes_nothing(source: Path, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = (large / "manifest.json").read_bytes()
    encode = Mock()
    monkeypatch.setattr(ColourEncoder, "encode_pixels", encode)
    assert index(source, ColourEncoder()).count == 36
    assert (large / "manifest.json").read_bytes() == manifest
    encode.assert_not_called()


@pytest.mark.parametrize("change", ["delete", "replace", "label", "many", "damage", "thumbnail"])
def test_other_changes_write_the_whole_collection(source: Path, large: Path, change: str) -> None:
    things = source / "holidays" / "red_things"
    count = 36
    if change == "delete":
        (things / "3.png").unlink()
        add_files(source, range(1))
    if change == "replace":
        Image.new("RGB", (20, 10), (1, 2, 3)).save(things / "3.png")
    if change == "label":
        (source / "metadata.csv").write_text("file_name,label\nholidays/red_things/3.png,an odd one\n")
    if change == "many":
        add_files(source, range(10))
        count = 46
    if change == "damage":
        (large / "features.npy").write_bytes(b"")
    if change == "thumbnail":
        shutil.rmtree(large / "images")
    assert index(source, ColourEncoder()).count == count
    assert segments(large) == []
    opened = FolderCollection.open(large, "m")
    opened.verify()
    assert len(opened) == count
    assert all(opened.picture(row).is_file() for row in range(count))
    assert ("an odd one" in opened.facets("label")) == (change == "label")


def test_a_deleted_image_leaves_nothing_behind(source: Path, large: Path, tmp_path: Path) -> None:
    add_files(source, range(2))
    index(source, ColourEncoder())
    (source / "holidays" / "blue_things" / "new 1.png").unlink()
    assert index(source, ColourEncoder()).count == 37
    assert len(list((large / "images").rglob("*.webp"))) == 37
    names = os.fsencode("new 1.png").hex().encode()
    assert not any(names in file.read_bytes() for file in (tmp_path / "collections" / ".cache").iterdir())


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "image"
    file.write_bytes(b"content")
    os.utime(file, (1, 1))
    with FileHashes(tmp_path / "hashes") as hashes:
        known = hashes.of(file)
        hashes.save()
        read = Mock(return_value="ab")
        monkeypatch.setattr("devise_core.collections.file_hashes.sha256_of", read)
        assert hashes.of(file) == known
        read.assert_not_called()
        file.write_bytes(b"contents")
        assert hashes.of(file) == "ab"
        hashes.save()
        hashes.of(file)
        assert read.call_count == 2  # a file that was written just now may change again, so it is read again
