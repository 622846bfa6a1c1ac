"""A folder of 36 images of one colour each, in sub-folders, and how to index it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.indexing import index_folder
from devise_core.vision.image_encoder import ImageEncoder

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    folder = tmp_path / "photos"
    for name, colour in COLOURS.items():
        for number in range(12):
            path = folder / "holidays" / f"{name}_things" / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (20, 10), (colour[0] ^ (9 * number), *colour[1:])).save(path)
    return folder


def index(source: Path, encoder: ImageEncoder, **options: Any) -> IndexedFolder:
    return index_folder(source, "mine", encoder, **options)


def unlisted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the listing of ``folder`` fail, as without permission. The tests may run as root, who may read everything."""
    scandir = os.scandir

    def refuse(path: Any = ".") -> Any:
        if path == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
