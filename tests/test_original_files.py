"""A hit leads back to the file that was indexed, even if an annotation file gives the image a source."""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from devise_core.cli.output import print_hits
from devise_core.collections.export import as_csv, as_json
from devise_core.collections.folder import FolderCollection
from devise_core.collections.item_table import ItemTable
from devise_core.datatypes import Hit, Item
from tests.colour_folder import index
from tests.fakes import ColourEncoder
from tests.item_formats import in_csv, in_milvus, in_table

PAGE = "https://example.org/oslo"
NOTED = Item("oslo", "images/oslo.webp", source=PAGE, indexed_file="/home/ada/photos/oslo.jpg")
PLAIN = Item("rome", "images/rome.webp", source="/home/ada/photos/rome.jpg")
PUBLISHED = Item("bergen", "images/bergen.webp", source="a\n/b or c")


@pytest.mark.parametrize("stored", [in_csv, in_table, in_milvus])
def test_every_format_keeps_the_file_and_the_source(stored: Callable[..., list[Item]], tmp_path: Path) -> None:
    assert stored(tmp_path, NOTED, PLAIN, PUBLISHED) == [NOTED, PLAIN, PUBLISHED]
    assert (NOTED.original, NOTED.origin) == (Path("/home/ada/photos/oslo.jpg"), PAGE)
    assert (PLAIN.original, PLAIN.origin) == (Path("/home/ada/photos/rome.jpg"), "rome.jpg")


def test_collections_of_earlier_versions_are_read(tmp_path: Path) -> None:
    in_csv(tmp_path, PLAIN)
    assert "indexed_file" not in (tmp_path / "items.csv").read_text("utf-8")
    in_table(tmp_path, PLAIN)
    with sqlite3.connect(tmp_path / "items.sqlite") as database:
        database.execute("ALTER TABLE items DROP COLUMN indexed_file")
    database.close()
    table = ItemTable(tmp_path / "items.sqlite")
    assert table.at([0]) == [PLAIN] and table.with_keys(["rome"]) == {"rome": (PLAIN, "")}


def test_a_hit_leads_back_and_what_is_shared_does_not_say_where(capsys: pytest.CaptureFixture[str]) -> None:
    hit = Hit(NOTED, 0, Path("/collections/oslo.webp"), 0.5)
    shown = hit.as_dict()
    assert (hit.original, shown["path"], shown["thumbnail"]) == (NOTED.original, NOTED.indexed_file, "/collections/oslo.webp")
    assert (shown["source"], hit.origin) == (PAGE, PAGE)
    print_hits(Namespace(json=False), {}, [hit])
    assert NOTED.indexed_file in capsys.readouterr().out
    for text in (as_csv([hit]), as_json([hit])):
        assert PAGE in text and "ada" not in text


@pytest.mark.parametrize("large", [False, True])
def test_index_keeps_the_path_of_an_image_with_a_source(source: Path, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("indexing", "folder_writer", "writer", "additions") if large else ():
        monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 10)
    first = index(source, ColourEncoder())
    before = FolderCollection.open(first.folder, "m").items[0]
    assert before.original is not None and (before.source, before.indexed_file) == (str(before.original), "")
    name = before.original.relative_to(source).as_posix()
    (source / "metadata.csv").write_text(f"file_name,source\n{name},{PAGE}\n", "utf-8")
    opened = FolderCollection.open(index(source, ColourEncoder()).folder, "m")
    assert (opened.items[0].source, opened.items[0].original) == (PAGE, before.original)
    assert opened.items[1].indexed_file == ""
    assert index(source, ColourEncoder()).count == len(opened)


def test_a_name_with_decomposed_letters_leads_back_to_its_file(source: Path) -> None:
    """macOS writes such names. A file system of Linux finds a file only by the letters that it was made with."""
    name = "Ku\N{COMBINING DIAERESIS}che"
    folder = (source / "holidays").rename(source / name)
    items = FolderCollection.open(index(source, ColourEncoder()).folder).items
    assert all(item.original is not None and item.original.is_relative_to(folder) for item in items)
    assert items[0].category.startswith("K\N{LATIN SMALL LETTER U WITH DIAERESIS}che/")
