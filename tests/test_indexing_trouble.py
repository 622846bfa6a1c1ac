"""Folders that change, files that cannot be read, and runs at the same time. Nothing is lost, and nothing is hidden."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from devise_core.collections.folder import FolderCollection
from devise_core.collections.vector_cache import VectorCache
from devise_core.errors import CollectionError
from devise_core.storage.manifest import sha256_of
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.preprocess import Pixels
from tests.colour_folder import index
from tests.fakes import ColourEncoder


class UnusedEncoder(ColourEncoder):
    """Fails if the model is needed."""

    def load(self) -> None:
        raise AssertionError("The model is loaded.")

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        raise AssertionError(f"{len(pixels)} images are computed.")


def test_the_vectors_of_a_deleted_image_are_kept_for_one_more_run(source: Path, tmp_path: Path) -> None:
    index(source, ColourEncoder())
    file = next(path for path in sorted(source.rglob("*.png")))
    key, content = sha256_of(file), file.read_bytes()
    file.unlink()
    index(source, ColourEncoder())
    file.write_bytes(content)
    index(source, UnusedEncoder())
    file.unlink()
    for is_kept in (True, False):
        index(source, ColourEncoder())
        with VectorCache(tmp_path / "collections" / ".cache" / "mine.sqlite", ColourEncoder().model_id) as cache:
            assert (cache.get(key) is not None) == is_kept
            assert cache.get(sha256_of(next(path for path in sorted(source.rglob("*.png"))))) is not None


def test_an_unchanged_folder_does_not_load_the_model(source: Path) -> None:
    index(source, ColourEncoder())
    index(source, UnusedEncoder())


def test_a_file_that_is_replaced_in_place_is_computed_again(source: Path) -> None:
    file = source / "replaced.bmp"
    Image.new("RGB", (9, 9), "white").save(file)
    index(source, ColourEncoder())
    before = file.stat()
    Image.new("RGB", (9, 9), "black").save(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    again = ColourEncoder()
    index(source, again)
    assert (file.stat().st_size, again.encoded) == (before.st_size, 1)


def test_a_folder_that_goes_away_during_the_run_leaves_the_old_collection(source: Path, tmp_path: Path) -> None:
    folder = index(source, ColourEncoder()).folder

    def disconnect(done: int, of: int) -> None:
        if source.exists():
            source.rename(tmp_path / "elsewhere")

    with pytest.raises(CollectionError, match="has become empty.*same command"):
        index(source, ColourEncoder("n"), progress=disconnect)
    assert len(FolderCollection.open(folder)) == 36


def test_two_runs_at_the_same_time_both_succeed(source: Path) -> None:
    with ThreadPoolExecutor(2) as runs:
        results = list(runs.map(lambda _: index(source, ColourEncoder()), range(2)))
    assert [result.count for result in results] == [36, 36]
    assert len(FolderCollection.open(results[0].folder)) == 36


def test_all_reasons_are_in_a_file(source: Path) -> None:
    for number in range(30):
        (source / f"broken {number}.jpg").write_bytes(b"no picture")
    result = index(source, ColourEncoder())
    assert result.report.read_text().splitlines() == result.skipped
    assert len(result.skipped) == 30


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "UTF-8"), (b"picture\na.png\n", "column"), (b'file\n"' + b"a" * 200_000, "CSV"), (b"", "column")],
)
def test_credits_that_cannot_be_read_are_named(source: Path, content: bytes, says: str) -> None:
    (source / "credits.csv").write_bytes(content)
    with pytest.raises(CollectionError, match=rf"credits\.csv.*{says}"):
        index(source, ColourEncoder())


def test_credits_may_come_from_a_spreadsheet(source: Path) -> None:
    file = next(path for path in sorted(source.rglob("*.png"))).relative_to(source).as_posix()
    (source / "credits.csv").write_bytes(b"\xef\xbb\xbffile,author\r\n" + f"{file},Ann\r\nshort\r\n".encode())
    items = FolderCollection.open(index(source, ColourEncoder()).folder).items
    assert [item.author for item in items if item.author] == ["Ann"]
