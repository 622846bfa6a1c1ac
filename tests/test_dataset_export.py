"""A collection is written as a data set that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.cli import main
from devise_core.collections import dataset_export
from devise_core.collections.annotations import read_annotations
from devise_core.collections.base import Collection
from devise_core.collections.dataset_export import LAYOUTS, export_data_set
from devise_core.collections.image_files import scan_folder
from devise_core.errors import CollectionError
from devise_core.installation import PROGRAM
from devise_core.storage.paths import REPOSITORY

SHARED = ("labels", "caption", "author", "licence")


@pytest.fixture
def stamps(engine: Engine) -> Collection:
    return engine.collection


def test_index_reads_an_image_folder_back(stamps: Collection, tmp_path: Path) -> None:
    export_data_set(stamps, tmp_path / "out", "imagefolder")
    files = sorted((tmp_path / "out/images").iterdir())
    notes = read_annotations(tmp_path / "out", scan_folder(tmp_path / "out"))
    assert len(files) == len(stamps.items) and not notes.faults
    for item, file in zip(stamps.items, files, strict=True):
        note = notes.of(file.relative_to(tmp_path / "out").parts)
        assert [getattr(note, fact) for fact in SHARED] == [getattr(item, fact) for fact in SHARED]
    picture = stamps.picture(0)
    assert isinstance(picture, Path)
    assert files[0].read_bytes() == picture.read_bytes()


def test_fiftyone_has_the_first_label_of_each_image(stamps: Collection, tmp_path: Path) -> None:
    export_data_set(stamps, tmp_path / "out", "fiftyone")
    document = json.loads((tmp_path / "out/labels.json").read_text("utf-8"))
    named = [None if number is None else document["classes"][number] for number in document["labels"].values()]
    assert named == [item.labels[0] if item.labels else None for item in stamps.items]
    assert set(document["labels"]) == {file.stem for file in (tmp_path / "out/data").iterdir()}


def test_the_projector_gets_a_row_and_a_tile_for_each_image(stamps: Collection, tmp_path: Path) -> None:
    export_data_set(stamps, tmp_path / "out", "projector")
    np.testing.assert_allclose(np.loadtxt(tmp_path / "out/tensors.tsv"), stamps.embeddings, atol=1e-5)
    head, *rows = (tmp_path / "out/metadata.tsv").read_text("utf-8").splitlines()
    assert [row.split("\t")[0] for row in rows] == [item.id for item in stamps.items]
    assert {row.count("\t") for row in rows} == {head.count("\t")}
    [entry] = json.loads((tmp_path / "out/config.json").read_text("utf-8"))["embeddings"]
    assert entry["tensorShape"] == list(stamps.embeddings.shape)
    assert {entry["tensorPath"], entry["metadataPath"], entry["sprite"]["imagePath"]} < {
        each.name for each in (tmp_path / "out").iterdir()
    }
    side, across = entry["sprite"]["singleImageDim"][0], 20
    with Image.open(tmp_path / "out/sprite.png") as sprite, Image.open(stamps.picture(21)) as image:
        assert sprite.size == (across * side, across * side)
        tile = np.asarray(sprite.crop((side, side, 2 * side, 2 * side)), float)
        assert abs(tile - np.asarray(image.convert("RGB").resize((side, side)), float)).mean() < 30


def test_a_sprite_that_would_be_too_large_is_left_out(stamps: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_export, "SPRITE", 200)
    export_data_set(stamps, tmp_path / "out", "projector")
    assert not (tmp_path / "out/sprite.png").exists()
    assert "sprite" not in (tmp_path / "out/projector_config.pbtxt").read_text("utf-8")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folder_with_files_is_kept(stamps: Collection, tmp_path: Path, layout: str) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CollectionError, match="has files already. Name a new folder"):
        export_data_set(stamps, tmp_path, layout)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_documented(layout: str) -> None:
    page = (REPOSITORY / "docs/howto/export.md").read_text("utf-8")
    assert f"--layout {layout}\n" in page
    assert f"\n| `{layout}` |" in page


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_not_combined_with_an_option_of_tables(tmp_path: Path, layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["collections", "export", "stamps", "--out", str(tmp_path / "out"), "--layout", layout, "--no-vectors"]
    assert main(command) == 1
    assert "leave out --no-vectors or --layout" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_layout_is_named(stamps: Collection, tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=f"{', '.join(LAYOUTS)}. Received: yolo"):
        export_data_set(stamps, tmp_path / "out", "yolo")


@pytest.mark.parametrize(
    "command",
    [
        ["collections", "export", "milvus:photos", "--out", "OUT"],
        ["collections", "export", "milvus:photos", "--out", "OUT", "--layout", "imagefolder"],
        ["evaluate", "--collection", "milvus:photos", "--out", "OUT"],
    ],
)
def test_a_command_that_needs_a_folder_names_the_command_that_makes_one(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([part.replace("OUT", str(tmp_path / "out.csv")) for part in command]) == 1
    printed = capsys.readouterr().err
    assert "milvus:photos is in Milvus" in printed
    assert f"{PROGRAM} copy milvus:photos NAME" in printed
