"""Copies of the bundled artifacts for tests that damage them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.conftest import BUNDLED


def linked_artifacts(target: Path) -> Path:
    """Copy the bundled artifacts. Files are symbolic links, but images are not, since a link out of a collection is refused.

    Replace a file of the copy, and never write into it.
    """
    return Path(shutil.copytree(BUNDLED, target, copy_function=_link))


def _link(source: str, copy: str) -> None:
    if Path(source).parent.name != "images":
        Path(copy).symlink_to(source)
        return
    try:
        os.link(source, copy)
    except OSError:  # another file system
        shutil.copy2(source, copy)
