"""``index --engine ray`` into a collection that exists. ``EmbeddingActor`` runs in this process, so that no cluster is needed."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

from devise_core.collections.earlier_version import CAREFUL, INDEXED_FOLDER, Allowed
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexed_folder import Changes, IndexedFolder
from devise_core.collections.indexing import index_folder
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.distributed.embedding_actor import EmbeddingActor
from devise_core.distributed.image_list import ListedImage
from devise_core.distributed.ray_engine import RayEngine
from devise_core.distributed.ray_indexing import index_with_ray
from devise_core.errors import CollectionError
from devise_core.storage.paths import INDEXING_CACHE
from devise_core.vision.image_encoder import ImageEncoder
from tests.colour_folder import unlisted
from tests.fakes import ColourEncoder

REMOVALS, OTHER = Allowed(removals=True), Allowed(other_folder=True)
BUCKET = "memory://earlier/photos"


class HereEngine(RayEngine):
    """Embeds all images in this process. Counts the images."""

    count = 0

    def embedded(self, images: Sequence[ListedImage], encoder: ImageEncoder) -> Generator[Any, None, None]:
        type(self).count += len(images)
        uris, stamps = [image.uri.encode() for image in images], [image.stamp for image in images]
        yield EmbeddingActor(encoder, encoder.model_id).embed(pyarrow.table({"uri": uris, "stamp": stamps}))


@pytest.fixture(autouse=True)
def _no_images_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HereEngine, "count", 0)


@pytest.fixture
def listed(source: Path) -> Path:
    """A text file that lists 36 images by their paths."""
    file = source.parent / "list.txt"
    file.write_text("\n".join(map(str, sorted(source.rglob("*.png")))))
    return file


@pytest.fixture
def bucket(source: Path) -> Iterator[Any]:
    """A bucket with the same 36 images."""
    files = fsspec.filesystem("memory")
    for file in source.rglob("*.png"):
        files.pipe(f"/earlier/photos/{file.relative_to(source).as_posix()}", file.read_bytes())
    yield files
    files.rm("/earlier", recursive=True)


def index(source: Path | str, allowed: Allowed = CAREFUL, store: MilvusWriter | None = None) -> IndexedFolder:
    return index_with_ray(HereEngine(), str(source), "mine", ColourEncoder(), allowed=allowed, store=store)


def images_in(folder: Path) -> int:
    return len(FolderCollection.open(folder))


@contextmanager
def unavailable(bucket: Any, part: str) -> Iterator[None]:
    """Let reading from a part of the bucket fail in the block, as if the storage did not answer."""
    with pytest.MonkeyPatch.context() as patch:
        read = type(bucket).open

        def refuse(files: Any, path: str, *arguments: Any, **options: Any) -> Any:
            if part in path:
                raise TimeoutError("the storage does not answer")
            return read(files, path, *arguments, **options)

        patch.setattr(type(bucket), "open", refuse)
        yield


def test_the_table_says_which_images_could_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (20, 10)).save(tmp_path / "good.png")
    (tmp_path / "text.png").write_bytes(b"no picture")
    (tmp_path / "large.png").write_bytes(b"x" * 2_000_000)
    (tmp_path / "link.png").symlink_to("nowhere")
    monkeypatch.setenv("SEMBLANCE_IMAGE_BYTES", "1000000")
    read = [str(tmp_path / f"{name}.png") for name in ("good", "text", "large")]
    unread = [str(tmp_path / "link.png"), f"file://{tmp_path}/none.png", "nothing://a/b.png", "http://127.0.0.1/inside.png"]
    uris = [uri.encode() for uri in (*read, *unread)]
    table = EmbeddingActor(ColourEncoder(), "m").embed(pyarrow.table({"uri": uris, "stamp": [""] * len(uris)}))
    assert table["unread"].to_pylist() == [False] * len(read) + [True] * len(unread)
    assert [bool(error) for error in table["error"].to_pylist()] == [False] + [True] * (len(uris) - 1)


def test_a_folder_that_has_become_empty_stops_the_run_before_images_are_embedded(source: Path) -> None:
    photos = source / "holidays"
    folder = index(photos).folder
    shutil.rmtree(photos / "red_things")
    Image.new("RGB", (20, 10), (9, 9, 9)).save(photos / "new.png")
    with pytest.raises(CollectionError, match=r"12 of the 36 images .* mine .*all images of “red_things”.*--allow-removals"):
        index(photos)
    assert (images_in(folder), HereEngine.count) == (36, 36)
    assert index(photos, REMOVALS).changes == Changes(before=36, new=1, removed=12)


def test_the_source_may_be_reached_by_a_link_but_not_be_another_one(source: Path, listed: Path, bucket: Any) -> None:
    folder = index_folder(source, "mine", ColourEncoder()).folder
    (source.parent / "link").symlink_to(source)
    (source.parent / "link.txt").symlink_to(listed)
    for sources in ((source, source.parent / "link"), (listed, source.parent / "link.txt"), (BUCKET, f"{BUCKET}/")):
        if sources[0] != source:
            with pytest.raises(CollectionError, match="mine was made from .*Choose another name, or add --replace"):
                index(sources[0])
            assert index(sources[0], OTHER).changes.before == 36
        assert index(sources[1]).changes == Changes(before=36)
    assert FolderCollection.open(folder).facts[INDEXED_FOLDER] == BUCKET
    with pytest.raises(CollectionError, match=f"made from {BUCKET}"):
        index_folder(source, "mine", ColourEncoder())


def test_images_of_a_folder_that_cannot_be_listed_are_kept(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = source / "holidays"
    folder = index(photos).folder
    (photos / "green_things/1.png").unlink()
    (photos / "green_things/1.png").symlink_to("nowhere")
    with monkeypatch.context() as patch:
        unlisted(photos / "red_things", patch)
        results = [index(photos) for _ in range(2)]
    for result in results:
        assert (result.count, result.skipped_folders, result.changes) == (36, 1, Changes(before=36, kept=13))
    assert images_in(folder) == 36


def test_files_that_cannot_be_read_are_kept_and_others_that_are_no_images_are_removed(listed: Path) -> None:
    files = [Path(line) for line in listed.read_text().splitlines()]
    folder = index(listed).folder
    for file in files[:12]:
        file.unlink()
    files[12].write_bytes(b"no picture")
    Image.new("RGB", (20, 10), (1, 2, 3)).save(files[13])
    result = index(listed)
    assert (result.count, len(result.skipped), result.changes) == (35, 13, Changes(before=36, changed=1, removed=1, kept=12))
    assert images_in(folder) == 35


def test_images_of_a_storage_that_does_not_answer_are_kept_with_their_shards(bucket: Any) -> None:
    folder = index(BUCKET).folder
    red = bucket.glob("/earlier/photos/holidays/red_things/*.png")
    contents = {path: bucket.cat_file(path) for path in red}
    for path in red:
        bucket.pipe(path, b"longer " * 100)  # the storage then reports another version, so the image is read again
    with unavailable(bucket, "red_things"):
        result = index(BUCKET)
    assert (result.count, len(result.skipped), result.changes) == (36, 12, Changes(before=36, kept=12))
    shards = folder.with_name(INDEXING_CACHE) / "mine.shards"
    assert sum(parquet.read_metadata(file).num_rows for file in shards.glob("*.parquet")) == 36
    for path, content in contents.items():
        bucket.pipe(path, content)
    assert index(BUCKET).changes == Changes(before=36)


def test_nothing_is_lost_if_no_image_can_be_read(bucket: Any) -> None:
    folder = index(BUCKET).folder
    for path in bucket.glob("/earlier/photos/holidays/*/*.png"):
        bucket.pipe(path, b"longer " * 100)
    with unavailable(bucket, "photos"), pytest.raises(CollectionError, match="None of the 36 images"):
        index(BUCKET)
    assert images_in(folder) == 36


def test_a_collection_in_milvus_is_protected_too(source: Path, listed: Path, tmp_path: Path) -> None:
    connection = MilvusConnection(str(tmp_path / "milvus.db"))

    def indexed(source: Path, allowed: Allowed = CAREFUL) -> IndexedFolder:
        return index(source, allowed, MilvusWriter("mine", "m", connection))

    assert indexed(listed).changes == Changes(new=36)
    with pytest.raises(CollectionError, match=f"milvus:mine was made from {listed}.*--replace"):
        indexed(source)
    files = [Path(line) for line in listed.read_text().splitlines()]
    files[0].unlink()
    files[1].write_bytes(b"no picture")
    assert indexed(listed).changes == Changes(before=36, removed=1, kept=1)
    listed.write_text("\n".join(map(str, files[2:10])))
    with pytest.raises(CollectionError, match="27 of the 35 images in the collection milvus:mine"):
        indexed(listed)
    assert indexed(listed, REMOVALS).changes == Changes(before=35, removed=27)
    assert len(MilvusCollection.open("mine", connection=connection)) == 8
    assert indexed(source, OTHER).changes.before == 8
    connection.close()
