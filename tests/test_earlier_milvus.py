"""``index --store milvus`` into a collection that exists. No image is removed without a word, as in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.collections.copying import copy_collection
from devise_core.collections.earlier_version import CAREFUL, INDEXED_FOLDER, Allowed
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexed_folder import Changes, IndexedFolder
from devise_core.collections.indexing import index_folder
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.facts import write_beginning, write_facts
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.errors import CollectionError, UnreachableStoreError
from tests.colour_folder import unlisted
from tests.fakes import ColourEncoder

Index = Callable[..., IndexedFolder]
REMOVALS = Allowed(removals=True)


@pytest.fixture
def name(tmp_path: Path) -> str:
    """A name of a collection that no other test uses."""
    return tmp_path.name


@pytest.fixture
def photos(source: Path) -> Path:
    """A folder with 12 images in each of three folders directly below it."""
    return source / "holidays"


@pytest.fixture
def index(name: str, connection: MilvusConnection) -> Index:
    """Index a folder into the collection of the test."""

    def run(source: Path, model: str = "m", allowed: Allowed = CAREFUL) -> IndexedFolder:
        writer = MilvusWriter(name, model, connection)
        return index_folder(source, name, ColourEncoder(model), store=writer, allowed=allowed)

    return run


def opened(name: str, connection: MilvusConnection) -> MilvusCollection:
    return MilvusCollection.open(name, connection=connection)


def test_new_and_changed_images_are_counted(photos: Path, index: Index) -> None:
    assert index(photos).changes == Changes(new=36)
    assert index(photos).changes == Changes(before=36)
    Image.new("RGB", (20, 10), (9, 9, 9)).save(photos / "new.png")
    Image.new("RGB", (20, 10), (1, 2, 3)).save(photos / "red_things" / "3.png")
    (photos / "red_things" / "4.png").unlink()
    (photos / "metadata.csv").write_text("file_name,label\nred_things/5.png,an odd one\n")
    assert index(photos).changes == Changes(before=36, new=1, changed=2, removed=1)


def test_a_text_that_milvus_cuts_has_not_changed(photos: Path, index: Index) -> None:
    label, caption = "é" * 2_000, "long " * 20_000
    (photos / "metadata.csv").write_text(f"file_name,label,text\nred_things/5.png,{label},{caption}\n")
    assert [index(photos).changes for _ in range(2)] == [Changes(new=36), Changes(before=36)]


def test_many_images_are_not_removed_at_once(photos: Path, index: Index, name: str, connection: MilvusConnection) -> None:
    index(photos)
    shutil.rmtree(photos / "red_things")
    message = rf"12 of the 36 images .* milvus:{name} .*all images of “red_things”.*--allow-removals"
    with pytest.raises(CollectionError, match=message):
        index(photos)
    assert len(opened(name, connection)) == 36
    assert index(photos, allowed=REMOVALS).changes == Changes(before=36, removed=12)
    assert len(opened(name, connection)) == 24


def test_a_collection_of_another_folder_is_not_replaced(
    photos: Path, index: Index, name: str, connection: MilvusConnection
) -> None:
    index(photos)
    other = photos / "red_things"
    with pytest.raises(CollectionError, match=f"milvus:{name} was made from {photos}. Choose another name, or add --replace"):
        index(other)
    (photos.parent / "link").symlink_to(photos)
    assert index(photos.parent / "link").changes == Changes(before=36)
    assert index(other, allowed=Allowed(other_folder=True)).changes == Changes(before=36, new=12, removed=36)
    assert opened(name, connection).facts[INDEXED_FOLDER] == str(other)


def test_images_that_cannot_be_read_now_are_kept_as_they_were(
    photos: Path, index: Index, name: str, connection: MilvusConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(photos)
    before = opened(name, connection).store
    ids = sorted(before.about().sample)
    with monkeypatch.context() as patch:
        unlisted(photos / "red_things", patch)
        results = [index(photos) for _ in range(3)]  # after two runs, the first version is dropped
    for result in results:
        assert (result.count, len(result.skipped), result.changes) == (36, 1, Changes(before=36, kept=12))
    after = opened(name, connection).store
    assert sorted(after.about().sample) == ids
    kept = [item_id for item_id in ids if after.items([item_id])[0].category == "red_things"]
    assert after.items(kept[:1])[0].file == f"images/{kept[0]}.webp"
    assert all(Path(after.picture(item_id)).is_file() for item_id in kept)
    again = index(photos)
    fresh = opened(name, connection).store
    assert again.changes == Changes(before=36)
    for by in ("visual", "semantic"):
        assert np.allclose(after.vectors(ids, by), fresh.vectors(ids, by), atol=1e-6)
    assert after.items(ids) == fresh.items(ids)


def test_images_without_their_thumbnails_are_not_kept_and_not_removed(
    photos: Path, index: Index, name: str, connection: MilvusConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(photos)
    folder = Thumbnails(opened(name, connection).store.version.alias).folder
    folder.rename(folder.with_name("elsewhere"))
    unlisted(photos / "red_things", monkeypatch)
    with pytest.raises(CollectionError, match=f"cannot be read now, and their thumbnails are not in {folder}.*MILVUS_PICTURES"):
        index(photos)
    assert len(opened(name, connection)) == 36


def test_images_of_another_model_are_compared_but_not_kept(
    photos: Path, index: Index, name: str, connection: MilvusConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(photos)
    assert index(photos, "n").changes == Changes(before=36)
    unlisted(photos / "red_things", monkeypatch)
    with pytest.raises(CollectionError, match="12 images .*another model.*--allow-removals"):
        index(photos)
    assert opened(name, connection).store.model_id == "n"
    assert index(photos, allowed=REMOVALS).changes == Changes(before=36, removed=12)


def test_a_copy_has_not_changed(photos: Path, index: Index, name: str, connection: MilvusConnection) -> None:
    folder = index_folder(photos, name, ColourEncoder()).folder
    copy_collection(FolderCollection.open(folder), f"milvus:{name}", "m", connection=connection)
    assert index(photos).changes == Changes(before=36)


@pytest.mark.parametrize("damage", ["format", "facts"])
def test_a_version_that_cannot_be_read_is_replaced(
    damage: str, photos: Path, index: Index, name: str, connection: MilvusConnection
) -> None:
    index(photos)
    version = MilvusStore.open(name, connection).version
    if damage == "format":
        write_beginning(connection, version, {"format": 0, "model": "m"})
    else:
        write_facts(connection, version, {"count": "many"})
    assert index(photos / "red_things").changes == Changes(new=12)
    assert len(opened(name, connection)) == 12


def test_a_server_that_does_not_answer_is_no_missing_collection(name: str) -> None:
    with pytest.raises(UnreachableStoreError, match="does not answer"):
        MilvusWriter(name, "m", MilvusConnection("http://127.0.0.1:1")).earlier()
