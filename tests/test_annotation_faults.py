"""Mistakes in a file of annotations are reported, such as images that are not there or a column that it lacks."""

from __future__ import annotations

import json
import unicodedata
from argparse import Namespace
from pathlib import Path

import pytest

from devise_core.cli.index import _report
from devise_core.collections.image_files import scan_folder
from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.indexing import index_folder
from devise_core.collections.items_file import read_items
from devise_core.errors import CollectionError
from devise_core.storage.paths import CollectionLayout
from tests.fakes import ColourEncoder
from tests.sample_images import png

FOUND = "labels and captions for 1 image"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dog and a cat, each in a folder."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    for name, colour in (("dog/rex.png", "#ff0000"), ("cat/mimi.png", "#00ff00")):
        (tmp_path / "photos" / name).parent.mkdir(parents=True)
        (tmp_path / "photos" / name).write_bytes(png(colour, 16))
    return tmp_path / "photos"


def indexed(folder: Path, *given: Path) -> IndexedFolder:
    return index_folder(folder, "made", ColourEncoder(), annotations=given)


def labels(result: IndexedFolder) -> list[tuple[str, ...]]:
    return [item.labels for item in read_items(CollectionLayout(result.folder).items)]


def test_each_row_of_no_image_is_said_and_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "metadata.csv").write_text(
        "file_name,label,caption\ncat/mimi.png,kitten,Mimi\nnowhere/none.jpg,a,\nREX.png,b,\n,c,\n", "utf-8"
    )
    result = indexed(folder)
    line = f"metadata.csv: {FOUND}; 2 rows name an image that is not there (nowhere/none.jpg, REX.png: write dog/rex.png); 1 row has no file_name"
    assert result.annotations == result.notes == result.report.read_text("utf-8").splitlines() == [line]
    assert result.left_out == []
    _report(Namespace(store="folder", name="made", json=False, artifacts=None, folder=folder), result)
    assert capsys.readouterr().err == f"note     {line}\n"
    (folder / "metadata.csv").write_text("file_name,label,caption\ncat/mimi.png,kitten,Mimi\ndog/rex.png,puppy,Rex\n", "utf-8")
    again = indexed(folder)
    assert (again.annotations, again.notes) == (["metadata.csv: labels and captions for 2 images"], [])
    assert again.report.read_text("utf-8") == ""
    assert labels(again) == [("kitten",), ("puppy",)]
    _report(Namespace(store="folder", name="made", json=False, artifacts=None, folder=folder), again)
    assert capsys.readouterr().err == "metadata.csv: labels and captions for 2 images\n"


@pytest.mark.parametrize("name", ["metadata.jsonl", "annotations/all.json", "credits.csv"])
def test_every_format_says_which_images_are_not_there(folder: Path, name: str) -> None:
    images = [{"id": 1, "file_name": "mimi.png"}, *({"id": n, "file_name": f"{n}.png"} for n in range(2, 7))]
    texts = {
        "metadata.jsonl": "".join(json.dumps({**each, "caption": "A"}) + "\n" for each in images).replace("mimi", "cat/mimi"),
        "annotations/all.json": json.dumps({"images": images, "annotations": [{"image_id": 1, "caption": "A"}]}),
        "credits.csv": "file,caption\ncat/mimi.png,A\n" + "".join(f"{n}.png,A\n" for n in range(2, 7)),
    }
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(texts[name], "utf-8")
    result = indexed(folder)
    assert result.notes == [f"{name}: captions for 1 image; 5 rows name an image that is not there (2.png, 3.png, 4.png, 2 more)"]
    assert result.left_out == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.csv", "File_Name,label\ncat/mimi.png,kitten\n"),
        ("metadata.csv", "file_name;label\ncat/mimi.png;kitten\n"),
        ("metadata.csv", "label\n"),
        ("metadata.csv", ""),
        ("metadata.jsonl", '{"name": "cat/mimi.png", "label": "kitten"}\n'),
    ],
)
def test_a_file_without_the_column_is_refused(folder: Path, tmp_path: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")
    result = indexed(folder)
    assert result.count == 2 and len(result.skipped) == 1
    assert result.skipped[0].startswith(f"{folder / name}: It has no column file_name")
    (folder / name).rename(tmp_path / name)
    with pytest.raises(CollectionError, match="has no column file_name"):
        indexed(folder, tmp_path / name)


def test_a_file_that_says_nothing_is_a_fault(folder: Path) -> None:
    (folder / "metadata.csv").write_text("file_name,labl\ncat/mimi.png,kitten\n", "utf-8")
    assert indexed(folder).notes == ["metadata.csv: nothing for 1 image"]


def test_files_in_the_parts_of_a_data_set_name_images_relative_to_themselves(folder: Path) -> None:
    for part, image in (("train", "cat/mimi.png"), ("test", "dog/rex.png")):
        (folder / part).mkdir()
        (folder / image).rename(folder / part / "1.png")
        (folder / part / "metadata.csv").write_text(f"file_name,label\n1.png,{part}ed\n", "utf-8")
    result = indexed(folder)
    assert labels(result) == [("tested",), ("trained",)]
    assert result.annotations == ["test/metadata.csv: labels for 1 image", "train/metadata.csv: labels for 1 image"]
    assert (result.notes, result.left_out) == ([], [])


def test_a_given_file_is_not_left_out_and_others_are_named(folder: Path) -> None:
    (folder / "mine.csv").write_text("file_name,label\nmimi.png,kitten\nlost.png,x\n", "utf-8")
    for name in ("a.txt", "b.txt", "cat/c.txt", "cat/d.txt"):
        (folder / name).touch()
    result = indexed(folder, folder / "mine.csv")
    assert result.left_out == ["4 other files (a.txt, b.txt, cat/c.txt and 1 more)"]
    assert result.notes == [f"{folder / 'mine.csv'}: labels for 1 image; 1 row names an image that is not there (lost.png)"]
    assert scan_folder(folder).left_out == ["5 other files (a.txt, b.txt, mine.csv and 2 more)"]


def test_composed_and_decomposed_letters_are_one_name(folder: Path) -> None:
    """The name of a file copied from macOS may have the other Unicode form than the same name in the table."""
    (folder / "cat/mimi.png").rename(folder / "cat" / unicodedata.normalize("NFD", "fée.png"))
    (folder / "metadata.csv").write_text(f"file_name,label\ncat/{unicodedata.normalize('NFC', 'fée.png')},fairy\n", "utf-8")
    result = indexed(folder)
    assert ("fairy",) in labels(result) and result.notes == []


def test_annotations_of_no_image_and_of_no_category_are_said(folder: Path) -> None:
    annotations = [
        {"image_id": 1, "category_id": 5},
        {"image_id": 2, "category_id": 5},
        *({"image_id": number, "caption": "A"} for number in (2, 3, 4, 6)),
        {"image_id": 1, "category_id": 9},
        {"image_id": 1, "category_id": None, "caption": "A cat"},
    ]
    content = {
        "images": [{"id": 1, "file_name": "mimi.png"}],
        "categories": [{"id": 5, "name": "kitten"}],
        "annotations": annotations,
    }
    (folder / "annotations").mkdir()
    (folder / "annotations/all.json").write_text(json.dumps(content), "utf-8")
    result = indexed(folder)
    assert result.notes == [
        f"annotations/all.json: {FOUND}; 5 annotations have an image_id that no image has (2, 3, 4, 1 more); "
        "1 annotation has a category_id that no category has (9)"
    ]
    assert result.report.read_text("utf-8").splitlines() == result.notes
    assert labels(result)[0] == ("kitten",)
