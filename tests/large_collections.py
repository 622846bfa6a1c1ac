"""Small collections in the format of large ones, for the tests that read, add to and damage them."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core.collections.contract import ImageBatch
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.projection import project
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.datatypes import Item
from tests.fakes import unit_rows

FIRST, WIDTH = 60, 16
EMBEDDINGS, FEATURES = unit_rows(200, WIDTH), unit_rows(200, 24, seed=1)


def batch(start: int, stop: int) -> ImageBatch:
    items = [
        Item(f"image-{row:03}", f"images/{row}.webp", (f"label {row % 3}",), caption=f"picture {row}") for row in range(start, stop)
    ]
    thumbnails = [f"thumbnail {row}".encode() for row in range(start, stop)]
    return ImageBatch(items, FEATURES[start:stop], EMBEDDINGS[start:stop], thumbnails, [f"key {row}" for row in range(start, stop)])


def write(folder: Path, count: int) -> None:
    with FolderWriter(folder, "m", "a test") as writer:
        writer.put(batch(0, count))
        writer.seal()


def add(folder: Path, start: int, stop: int) -> None:
    with SegmentWriter(folder, "a test") as writer:
        writer.put(batch(start, stop))
        writer.seal()


@pytest.fixture
def large_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection of ``FIRST`` images in the format of large ones."""
    for module in ("writer.project", "large_projection.project"):
        monkeypatch.setattr(f"devise_core.collections.{module}", lambda embeddings, *_: project(embeddings, methods=("pca",)))
    for module in ("folder_writer", "writer"):
        monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 20)
    write(tmp_path / "large", FIRST)
    return tmp_path / "large"
