"""``index`` on a folder of which a part is gone or cannot be read at the moment. No image is removed without a word."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.collections.earlier_version import Allowed
from devise_core.collections.file_hashes import FileHashes
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexed_folder import Changes
from devise_core.errors import CollectionError
from devise_core.storage.manifest import Manifest
from tests.colour_folder import index, unlisted
from tests.fakes import ColourEncoder

LARGE = ("indexing", "folder_writer", "writer", "additions")
REMOVALS = Allowed(removals=True)


@pytest.fixture
def photos(source: Path) -> Path:
    """A folder with 12 images in each of three folders directly below it."""
    return source / "holidays"


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "large":
        for module in LARGE:
            monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 10)
    return str(request.param)


def replaced_by_link(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.parent / "gone" / file.name)


def test_a_folder_that_has_become_empty_stops_the_run(photos: Path, size: str) -> None:
    folder = index(photos, ColourEncoder()).folder
    for file in (photos / "red_things").iterdir():
        file.unlink()
    with pytest.raises(CollectionError, match=r"12 of the 36 images .* mine .*all images of “red_things”.*--allow-removals"):
        index(photos, ColourEncoder())
    assert len(FolderCollection.open(folder)) == 36
    result = index(photos, ColourEncoder(), allowed=REMOVALS)
    assert (result.count, result.changes) == (24, Changes(before=36, removed=12))


def test_more_than_half_of_the_images_are_not_removed_at_once(source: Path) -> None:
    index(source, ColourEncoder())
    files = sorted(source.rglob("*.png"))
    for file in files[::3]:
        file.unlink()
    assert index(source, ColourEncoder()).count == 24
    for file in (*files[1::3], files[2]):
        file.unlink()
    with pytest.raises(CollectionError, match="13 of the 24 images"):
        index(source, ColourEncoder())


def test_a_small_folder_may_be_deleted(photos: Path) -> None:
    for number in range(2, 12):
        (photos / "red_things" / f"{number}.png").unlink()
    index(photos, ColourEncoder())
    shutil.rmtree(photos / "red_things")
    assert index(photos, ColourEncoder()).count == 24


def test_images_of_a_folder_that_cannot_be_listed_are_kept(photos: Path, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = FolderCollection.open(index(photos, ColourEncoder()).folder)
    items, embeddings = list(before.items), before.embeddings
    with monkeypatch.context() as patch:
        unlisted(photos / "red_things", patch)
        results = [index(photos, ColourEncoder()) for _ in range(3)]
    for result in results:
        assert (result.count, len(result.skipped), result.changes) == (36, 1, Changes(before=36, kept=12))
    after = FolderCollection.open(results[-1].folder)
    assert list(after.items) == items
    assert np.allclose(after.embeddings, embeddings, atol=1e-3)
    assert all(after.picture(row).is_file() for row in range(36))
    again = ColourEncoder()
    assert (index(photos, again).count, again.encoded) == (36, 0)


def test_images_that_cannot_be_kept_stop_the_run(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = index(photos, ColourEncoder()).folder
    with monkeypatch.context() as patch:
        unlisted(photos / "red_things", patch)
        with pytest.raises(CollectionError, match="12 images .*another model.*--allow-removals"):
            index(photos, ColourEncoder("n"))
        assert len(FolderCollection.open(folder, "m")) == 36
        assert index(photos, ColourEncoder("n"), allowed=REMOVALS).changes == Changes(before=36, removed=12)


@pytest.mark.parametrize("loss", [Path.unlink, replaced_by_link], ids=["unlink", "link"])
def test_files_that_vanish_during_the_run_are_kept(
    photos: Path, size: str, loss: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, hash_of = index(photos, ColourEncoder()).folder, FileHashes.of

    def disconnected(hashes: FileHashes, file: Path) -> str:
        if file.parent.name == "red_things" and file.is_file():
            loss(file)
        return hash_of(hashes, file)

    monkeypatch.setattr(FileHashes, "of", disconnected)
    result = index(photos, ColourEncoder())
    assert (result.count, len(result.skipped), result.changes) == (36, 12, Changes(before=36, kept=12))
    assert len(FolderCollection.open(folder)) == 36


def test_an_image_that_is_damaged_now_is_removed(photos: Path) -> None:
    index(photos, ColourEncoder())
    (photos / "red_things" / "3.png").write_bytes(b"no picture")
    assert index(photos, ColourEncoder()).changes == Changes(before=36, removed=1)


def test_new_and_changed_images_are_counted(photos: Path, size: str) -> None:
    assert index(photos, ColourEncoder()).changes == Changes(new=36)
    assert index(photos, ColourEncoder()).changes == Changes(before=36)
    Image.new("RGB", (20, 10), (9, 9, 9)).save(photos / "new.png")
    assert index(photos, ColourEncoder()).changes == Changes(before=36, new=1)
    Image.new("RGB", (20, 10), (1, 2, 3)).save(photos / "red_things" / "3.png")
    (photos / "red_things" / "4.png").unlink()
    (photos / "metadata.csv").write_text("file_name,label\nred_things/5.png,an odd one\n")
    assert index(photos, ColourEncoder()).changes == Changes(before=37, changed=2, removed=1)


def test_a_collection_of_another_folder_is_not_replaced(source: Path, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, other = index(source, ColourEncoder()).folder, source.parent / "other"
    other.mkdir()
    Image.new("RGB", (20, 10), (9, 9, 9)).save(other / "new.png")
    with pytest.raises(CollectionError, match=f"mine was made from {source}. Choose another name, or add --replace"):
        index(other, ColourEncoder())
    assert len(FolderCollection.open(folder)) == 36
    (source.parent / "link").symlink_to(source)
    monkeypatch.chdir(source)
    for same in (Path(), source.parent / "link", source / "holidays" / ".."):
        assert index(same, ColourEncoder()).count == 36
    result = index(other, ColourEncoder(), allowed=Allowed(other_folder=True))
    assert (result.count, result.changes) == (1, Changes(before=36, new=1, removed=36))
    assert Manifest.read(folder).about["indexed_folder"] == str(other)


def test_a_collection_of_an_earlier_release_does_not_know_its_folder(source: Path) -> None:
    manifest = Manifest.read(index(source, ColourEncoder()).folder)
    del manifest.about["indexed_folder"]
    manifest.write()
    source = source.rename(source.parent / "moved")
    assert index(source, ColourEncoder()).changes == Changes(before=36)


def test_a_collection_and_its_photos_may_be_moved_with_the_cache(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = list(FolderCollection.open(index(source, ColourEncoder()).folder).items)
    shutil.copytree(source, source.parent / "elsewhere")
    shutil.move(source.parent / "collections", source.parent / "moved")
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(source.parent / "moved"))
    encoder = ColourEncoder()
    result = index(source.parent / "elsewhere", encoder, allowed=Allowed(other_folder=True))
    assert (encoder.encoded, result.changes) == (0, Changes(before=36))
    assert [item.id for item in FolderCollection.open(result.folder).items] == [item.id for item in items]
