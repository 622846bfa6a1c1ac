"""Files beside the images give them labels, captions, authors and licences."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from devise_core.collections.annotations import read_annotations
from devise_core.collections.image_files import scan_folder
from devise_core.collections.image_note import ImageNote
from devise_core.collections.indexing import index_folder
from devise_core.collections.items_file import read_items
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.storage.paths import CollectionLayout
from tests.fakes import ColourEncoder
from tests.sample_images import png

COCO = {
    "licenses": [{"id": 4, "name": "Attribution License"}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 37, "name": "sports ball"}],
    "images": [
        {"id": 7, "file_name": "000007.png", "license": 4, "coco_url": "http://images.example/7"},
        {"id": 8, "file_name": "000008.png"},
    ],
    "annotations": [
        {"image_id": 7, "category_id": 37},
        {"image_id": 7, "category_id": 18},
        {"image_id": 7, "category_id": 18},
        {"image_id": 7, "caption": "A dog\n with a ball. "},
    ],
}
NONE_OF_THEM = ["", "[]", "{}", "{", '{"images": [], "annotations": [{}]}', '{"annotations": 5, "images": []}', "[" * 100_000, "\0"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two images in ``val2017``, the folder of one part of a data set."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    (tmp_path / "images/val2017").mkdir(parents=True)
    for number, colour in (("7", "#ff0000"), ("8", "#00ff00")):
        (tmp_path / f"images/val2017/00000{number}.png").write_bytes(png(colour, 16))
    return tmp_path / "images"


def indexed(folder: Path, *annotations: Path) -> list[Item]:
    result = index_folder(folder, "made", ColourEncoder(), annotations=annotations)
    return read_items(CollectionLayout(result.folder).items)


def test_coco_in_the_folder_names_images_by_their_file(folder: Path) -> None:
    (folder / "annotations").mkdir()
    (folder / "annotations/instances_val2017.json").write_text(json.dumps(COCO))
    first, second = indexed(folder)
    assert (first.labels, first.caption) == (("dog", "sports ball"), "A dog with a ball.")
    assert (first.licence, first.source) == ("Attribution License", "http://images.example/7")
    assert (second.labels, second.caption) == (("val2017",), "000008")  # it has no annotations, so its path describes it


def test_coco_from_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "captions.json").write_text(json.dumps(COCO))
    assert indexed(folder, tmp_path / "captions.json")[0].labels == ("dog", "sports ball")


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_metadata_of_an_image_folder(folder: Path, name: str) -> None:
    row = {"file_name": "val2017/000007.png", "text": "Ein Hund, =1+1", "label": "dog|Sports_Ball", "license": "CC0"}
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
        if name.endswith("csv"):
            writer = csv.DictWriter(file, row)
            writer.writeheader()
            writer.writerow(row)
        else:
            file.write(json.dumps(row | {"label": ["dog", "Sports_Ball"], "text": [row["text"], "another"]}) + "\n\n")
    first, second = indexed(folder)
    assert (first.labels, first.caption, first.licence) == (("dog", "sports ball"), row["text"], "CC0")
    assert second.labels == ("val2017",)


def test_captions_alone_keep_the_labels_of_the_folders(folder: Path) -> None:
    (folder / "metadata.csv").write_text("file_name,caption\n./val2017/000007.png,A dog\n")
    assert (indexed(folder)[0].labels, indexed(folder)[0].caption) == (("val2017",), "A dog")


def test_several_files_add_to_each_other(folder: Path) -> None:
    (folder / "credits.csv").write_text("file,author\nval2017/000007.png,Ada\n")
    (folder / "metadata.csv").write_text("file_name,label\nval2017/000007.png,puppy\n")
    (folder / "annotations").mkdir()
    (folder / "annotations/all.json").write_text(json.dumps(COCO))
    note = read_annotations(folder, scan_folder(folder)).of(("val2017", "000007.png"))
    assert note == ImageNote(
        ("puppy", "dog", "sports ball"), "A dog with a ball.", "Ada", "Attribution License", "http://images.example/7"
    )


def test_the_parts_of_a_data_set_are_no_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    for part, colour in (("train", "#ff0000"), ("val", "#00ff00"), ("trains", "#0000ff")):
        (tmp_path / "images" / part / "cat").mkdir(parents=True)
        (tmp_path / "images" / part / "cat/1.png").write_bytes(png(colour, 16))
    items = indexed(tmp_path / "images")
    assert [(item.labels, item.category) for item in items] == [
        (("cat",), "cat"),
        (("cat", "trains"), "trains/cat"),
        (("cat",), "cat"),
    ]
    assert len({item.id for item in items}) == 3


def test_the_folder_of_all_images_of_a_data_set_is_no_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``collections export --layout imagefolder`` writes such a folder, also for images without a label."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    (tmp_path / "pets/images").mkdir(parents=True)
    (tmp_path / "pets/images/0.png").write_bytes(png("#ff0000", 16))
    assert [item.labels for item in indexed(tmp_path / "pets")] == [("images",)]
    (tmp_path / "pets/metadata.jsonl").write_text(json.dumps({"file_name": "images/0.png", "labels": [], "text": "A cat."}))
    assert [(item.labels, item.category, item.caption) for item in indexed(tmp_path / "pets")] == [((), "", "A cat.")]


def test_one_folder_with_the_name_of_a_part_is_a_label(folder: Path) -> None:
    folder.joinpath("val2017").rename(folder / "train")
    assert indexed(folder)[0].labels == ("train",)


@pytest.mark.parametrize("content", NONE_OF_THEM)
def test_a_file_that_has_no_annotations_is_named(folder: Path, tmp_path: Path, content: str) -> None:
    given = tmp_path / "given.json"
    given.write_text(content)
    with pytest.raises(CollectionError, match=r"given.json: It has no annotations .* must be a CSV"):
        read_annotations(folder, scan_folder(folder), [given])
    (folder / "annotations").mkdir()
    (folder / "annotations/found.json").write_text(content)
    result = index_folder(folder, "made", ColourEncoder())
    assert result.count == 2
    assert str(folder / "annotations/found.json") in result.skipped[0]


def test_a_missing_file_is_named(folder: Path) -> None:
    with pytest.raises(CollectionError, match="nowhere.csv"):
        read_annotations(folder, scan_folder(folder), [folder / "nowhere.csv"])


def test_labels_replace_the_names_of_folders_which_stay_the_category(folder: Path) -> None:
    """``docs/howto/own-photos.md`` says so, and that "|" separates labels."""
    (folder / "metadata.csv").write_text("file_name,label\nval2017/000007.png,cat|kitten\n", "utf-8")
    assert [(item.labels, item.category) for item in indexed(folder)] == [
        (("cat", "kitten"), "val2017"),
        (("val2017",), "val2017"),
    ]
