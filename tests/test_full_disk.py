"""A full disk is reported and leaves existing files unchanged. A damaged cache is reported."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from devise_core.cli import main
from devise_core.collections.vector_cache import CachedVectors, VectorCache
from devise_core.errors import CollectionError
from tests.sample_images import png


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 20 kB, which looks like a disk that fills up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_the_old_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "mine"))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(9):
        (pictures / f"{number}.png").write_bytes(png(f"#0000{20 * number:02x}"))
    command = ["index", str(pictures), "--name", "mine"]
    assert main(command) == 0
    before = {path: path.read_bytes() for path in sorted((tmp_path / "mine/mine").rglob("*")) if path.is_file()}
    capsys.readouterr()
    with small_disk():
        status = main(command)
    error = capsys.readouterr().err.splitlines()[-1]
    assert status == 1
    assert error.startswith("semblance: ")
    assert "Check the path and the disk" in error
    assert {path: path.read_bytes() for path in sorted((tmp_path / "mine/mine").rglob("*")) if path.is_file()} == before
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"mine", ".cache"}


def test_a_damaged_cache_and_a_full_disk_are_reported(tmp_path: Path) -> None:
    (tmp_path / "mine.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(
        CollectionError, match=r"mine\.sqlite cannot be read or written .*Make room on its disk, or delete the file"
    ):
        VectorCache(tmp_path / "mine.sqlite", "model")
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(CollectionError, match="unable to open database file.*Check that you may write to its folder"):
        VectorCache(tmp_path / "folder.sqlite", "model")
    cache = VectorCache(tmp_path / "small.sqlite", "model")
    cache._database.execute("PRAGMA max_page_count = 4")  # as on a full disk
    row = CachedVectors(np.ones(4_000, np.float32), np.ones(100, np.float32), b"")
    with pytest.raises(CollectionError, match="disk is full"):
        cache.put({"a": row})
    assert cache.get("a") is None
    cache.close()
