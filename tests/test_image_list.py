"""Lists of the images that a cluster indexes, and how their vectors are stored."""

from __future__ import annotations

from pathlib import Path

import fsspec
import numpy as np
import pyarrow
import pytest

from devise_core.distributed.image_list import ListedImage, list_images
from devise_core.distributed.shards import ShardStore
from devise_core.errors import CollectionError


def test_a_folder_and_a_bucket_are_listed_alike(source: Path) -> None:
    bucket = fsspec.filesystem("memory")
    for file in source.rglob("*.png"):
        bucket.pipe(f"/bucket/photos/{file.relative_to(source).as_posix()}", file.read_bytes())
    bucket.pipe("/bucket/photos/.hidden/a.png", b"")
    bucket.pipe("/bucket/photos/notes.txt", b"")
    folder, listed = list_images(str(source)), list_images("memory://bucket/photos")
    assert len(folder.images) == len(listed.images) == 36
    assert [image.parts for image in folder.images] == [image.parts for image in listed.images]
    assert [image.identity for image in folder.images] == [image.identity for image in listed.images]
    assert listed.images[0].uri.startswith("memory://")
    assert listed.scan.left_out == ["2 other files (.hidden/a.png, notes.txt)"]
    stamps = {image.uri: image.stamp for image in listed.images}
    bucket.pipe("/bucket/photos/holidays/red_things/3.png", b"longer than before " * 100)
    again = {image.uri: image.stamp for image in list_images("memory://bucket/photos").images}
    assert [uri for uri in stamps if stamps[uri] != again[uri]] == [uri for uri in stamps if "red_things/3" in uri]


def test_lines_of_a_file_are_paths_and_urls(tmp_path: Path) -> None:
    lines = [
        "\ufeffa.png",
        "# a comment",
        "",
        "a.png",
        "https://example.org/some/photo%20one.jpg?size=2",
        "https://example.org/",
        "s3://b/c.png",
    ]
    (tmp_path / "list.txt").write_text("\n".join(lines), "utf-8")
    images = list_images(str(tmp_path / "list.txt")).images
    assert [image.parts for image in images] == [("a.png",), ("photo one.jpg",), ("image",), ("c.png",)]
    assert images[0].uri == str(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://example.org/photos", "Write their URLs into a file"),
        ("memory://nothing/here", "no images in memory://nothing/here"),
        ("nothing://a", "Install the package that fsspec needs"),
        ("/no/such/folder", "no folder"),
    ],
)
def test_a_source_without_images_is_refused(source: str, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        list_images(source)


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# nothing\n")
    with pytest.raises(CollectionError, match="names no images"):
        list_images(str(tmp_path / "list.txt"))


def image(number: int, stamp: str = "1") -> ListedImage:
    return ListedImage(f"/photos/\udcff{number}.png", (f"{number}.png",), f"{number}.png", stamp)


def table(*numbers: int, error: str = "") -> pyarrow.Table:
    uris = [image(number).uri.encode(errors="surrogateescape") for number in numbers]
    vectors = [np.full(3, number, dtype=np.float32) for number in numbers]
    return pyarrow.table(
        {
            "uri": uris,
            "stamp": ["1"] * len(numbers),
            "sha256": [f"sha {number}" for number in numbers],
            "thumbnail": [b"webp"] * len(numbers),
            "features": vectors,
            "embedding": vectors,
            "error": [error] * len(numbers),
            "unread": [False] * len(numbers),
        }
    )


def test_shards_are_named_by_what_they_hold(tmp_path: Path) -> None:
    store = ShardStore(tmp_path, "m")
    for rows in (table(1, 2), table(2, 3), table(1, 2), table(4, error="broken")):
        store.write(rows)
    assert len(list(tmp_path.glob("*.parquet"))) == 2
    again = ShardStore(tmp_path, "m")
    assert [image(number) in again for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert image(1, "2") not in again
    read = list(again.read([image(number) for number in (3, 2, 1, 4)]))
    assert sorted((each.uri, key) for each, key, _ in read) == [(image(number).uri, f"sha {number}") for number in (1, 2, 3)]
    assert {float(vectors.embedding[0]) for _, _, vectors in read} == {1.0, 2.0, 3.0}
    assert again.of(image(2)) == "sha 2"


def test_nothing_is_kept_of_a_deleted_image(tmp_path: Path) -> None:
    store = ShardStore(tmp_path, "m")
    store.write(table(1, 2))
    store.write(table(3))
    store.forget_others([image(2)])
    assert [image(number) in store for number in (1, 2, 3)] == [False, True, False]
    assert [key for _, key, _ in ShardStore(tmp_path, "m").read([image(number) for number in (1, 2, 3)])] == ["sha 2"]
    assert len(list(tmp_path.glob("*.parquet"))) == 1


def test_shards_of_another_model_and_damaged_ones_are_deleted(tmp_path: Path) -> None:
    ShardStore(tmp_path, "m").write(table(1))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1")
    assert image(1) not in ShardStore(tmp_path, "another")
    assert list(tmp_path.glob("*.parquet")) == []
