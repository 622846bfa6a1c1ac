"""Copies of the bundled artifacts for tests that damage them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from devise_core.storage.paths import BUNDLED_ARTIFACTS


def linked_artifacts(target: Path) -> Path:
    """Copy the bundled artifacts. Files are symbolic links, but images are not, since a link out of a collection is refused.

    Replace a file of the copy, and never write into it.
    """
    return Path(shutil.copytree(BUNDLED_ARTIFACTS, target, copy_function=_link))


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app uses a copy of the bundled artifacts, in which each file is a link, and no other collections."""
    folder = linked_artifacts(tmp_path / "artifacts")
    monkeypatch.setenv("SEMBLANCE_ARTIFACTS", str(folder))
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "none"))
    return folder


def _link(source: str, copy: str) -> None:
    if Path(source).parent.name != "images":
        Path(copy).symlink_to(source)
        return
    try:
        os.link(source, copy)
    except OSError:  # another file system
        shutil.copy2(source, copy)
