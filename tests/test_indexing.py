"""A folder becomes a collection, and an interruption loses no work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.collections.finding import find_collections
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexing import index_folder
from devise_core.collections.projection import Projections, project
from devise_core.errors import ArtifactError, CollectionError, OtherModelError
from devise_core.search.registry import NEW_INDEX
from devise_core.search.scan_index import ScanIndex
from devise_core.vectors import Floats
from tests.colour_folder import index
from tests.fakes import ColourEncoder


def test_sub_folders_become_labels(source: Path, tmp_path: Path) -> None:
    result = index(source, ColourEncoder())
    assert (result.count, result.skipped) == (36, [])
    opened = FolderCollection.open(result.folder, "m")
    item = opened.items[0]
    assert (item.labels, item.category) == (("blue things", "holidays"), "holidays/blue_things")
    assert opened.picture(opened.row(item.id)).is_file()
    assert opened.embeddings.shape == opened.features.shape == (36, 3)
    rows, cosines = opened.embedding_index.search(opened.embeddings[5], 3)
    assert rows[0] == 5
    assert cosines[0] == pytest.approx(1)
    assert set(opened.projections.places) == {"tsne2", "tsne3", "pca2", "pca3"}  # too few for UMAP
    assert opened.projections.places["tsne2"].min() >= 0
    assert opened.projections.places["tsne2"].max() <= 1
    assert find_collections(tmp_path) == {"mine": result.folder}


def test_equal_images_become_a_collection_with_a_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    (tmp_path / "same").mkdir()
    for number in range(8):
        image = Image.new("RGB", (20, 10), (255, 0, 0))
        image.save(tmp_path / "same" / f"{number}.png", pnginfo=None, compress_level=number)  # equal pixels in different files
    result = index(tmp_path / "same", ColourEncoder())
    opened = FolderCollection.open(result.folder, "m")
    assert (result.count, set(opened.projections.places)) == (8, {"pca2", "pca3"})


def test_unreadable_files_are_listed_and_skipped(source: Path) -> None:
    (source / "broken.jpg").write_bytes(b"no picture")
    (source / "notes.txt").write_text("not looked at")
    result = index(source, ColourEncoder())
    assert (result.count, len(result.skipped)) == (36, 1)
    assert "broken.jpg" in result.skipped[0]
    assert "not an image" in result.skipped[0]


def test_an_interrupted_run_leaves_no_collection_and_the_next_continues(source: Path, tmp_path: Path) -> None:
    def stop(done: int, of: int) -> None:
        if done == 33:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(source, ColourEncoder(), progress=stop)
    assert find_collections(tmp_path) == {}
    assert [path.name for path in (tmp_path / "collections").iterdir()] == [".cache"]
    second = ColourEncoder()
    assert index(source, second).count == 36
    assert second.encoded == 0  # the first run had cached both batches, the last before its pictures were written


def test_only_new_images_are_computed(source: Path) -> None:
    index(source, ColourEncoder())
    Image.new("RGB", (9, 9), "white").save(source / "new.png")
    again = ColourEncoder()
    assert (index(source, again).count, again.encoded) == (37, 1)


def test_ids_stay_when_images_are_added(source: Path) -> None:
    before = FolderCollection.open(index(source, ColourEncoder()).folder).items
    Image.new("RGB", (9, 9), "white").save(source / "a new one.png")
    after = FolderCollection.open(index(source, ColourEncoder()).folder).items
    assert len({item.id for item in after}) == 37
    assert {item.source: item.id for item in before}.items() <= {item.source: item.id for item in after}.items()


def test_maps_are_made_again_only_for_many_other_vectors(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = index(source, ColourEncoder()).folder
    drawn: list[int] = []

    def counted(embeddings: Floats) -> Projections:
        drawn.append(len(embeddings))
        return project(embeddings)

    monkeypatch.setattr("devise_core.collections.writer.project", counted)
    before = FolderCollection.open(folder).projections
    assert index(source, ColourEncoder()).count == 36
    assert drawn == []
    assert np.array_equal(FolderCollection.open(folder).projections.places["tsne2"], before.places["tsne2"])
    (folder / "projections.npz").write_bytes(b"damaged")
    index(source, ColourEncoder())
    for count in (1, 5):
        for grey in range(count):
            Image.new("RGB", (9, 9), (grey, grey, count)).save(source / f"new {count} {grey}.png")
        index(source, ColourEncoder())
    assert drawn == [36, 42]


def test_another_model_computes_all_images_again(source: Path) -> None:
    folder = index(source, ColourEncoder()).folder
    with pytest.raises(OtherModelError, match="another model.*--artifacts.*index FOLDER --name mine"):
        FolderCollection.open(folder, "n")
    again = ColourEncoder("n")
    index(source, again)
    assert again.encoded == 36


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", " a", ".cache", "x" * 65])
def test_invalid_names_are_refused(source: Path, name: str) -> None:
    with pytest.raises(CollectionError, match="Received"):
        index_folder(source, name, ColourEncoder())


def test_folders_without_readable_images_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    empty = tmp_path / "empty"
    with pytest.raises(CollectionError, match="no folder"):
        index(empty, ColourEncoder())
    empty.mkdir()
    with pytest.raises(CollectionError, match="no images"):
        index(empty, ColourEncoder())
    (empty / "bad.jpg").touch()
    with pytest.raises(CollectionError, match="None of the 1 images"):
        index(empty, ColourEncoder())
    assert find_collections(tmp_path) == {}


def test_a_single_image_is_a_collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    folder = tmp_path / "one"
    folder.mkdir()
    Image.new("RGB", (1, 1)).save(folder / "a.png")
    opened = FolderCollection.open(index(folder, ColourEncoder()).folder)
    assert len(opened) == 1
    assert {name: places.shape for name, places in opened.projections.places.items()} == {"pca2": (1, 2), "pca3": (1, 3)}
    with pytest.raises(CollectionError, match="no image “b”"):
        opened.row("b")


def test_a_large_folder_becomes_a_collection_on_disk(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = FolderCollection.open(index(source, ColourEncoder()).folder)
    items, embeddings = list(small.items), small.embeddings
    for module in ("indexing", "folder_writer", "writer"):
        monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 10)
    folder = index(source, ColourEncoder()).folder
    large = FolderCollection.open(folder, "m")
    assert (small.manifest.about["index"], large.manifest.about["index"]) == (NEW_INDEX, ScanIndex.name)
    assert (folder / "items.sqlite").is_file()
    assert not (folder / "items.csv").exists()
    assert [replace(item, file="") for item in large.items] == [replace(item, file="") for item in items]
    assert large.embeddings == pytest.approx(embeddings, abs=1e-3)
    assert large.embedding_index.search(embeddings[5], 1)[0][0] == 5
    assert large.feature_index.search(embeddings[5], 1)[0][0] == 5
    thumbnail = large.picture(7)
    assert thumbnail.is_file()
    assert thumbnail.parent.parent == folder / "images"
    assert large.captions.search([["blue", "things"]], k=1)
    assert large.projections.places["pca2"].shape == (36, 2)
    assert large.manifest.glanced(folder / "features.npy")
    (folder / "features.npy").write_bytes(b"shorter")
    with pytest.raises(ArtifactError, match="features.npy has 7 bytes instead of"):
        large.verify()
