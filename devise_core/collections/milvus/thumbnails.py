"""The thumbnails of a collection in Milvus. They are files in a folder, and Milvus has only their names.

Milvus keeps the fields of an open collection in memory, so a million thumbnails of 20 kB would take 20 GB of memory. A text field
also has at most 65,535 bytes. Several machines share the folder if they mount the same drive or bucket. A file's name is a hash of
its content, so writing the same thumbnail again changes nothing, and a new version of a collection does not change what readers of
the old version see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from devise_core.errors import CollectionError
from devise_core.settings import folder
from devise_core.storage.paths import user_collections

_NAME = re.compile(r"images/[0-9a-f]{2}/[0-9a-f]{62}\.webp")


class Thumbnails:
    """The thumbnails of one collection.

    Args:
        alias: The alias of the collection, which is the name of the folder.
        root: The parent of the folder. By default ``SEMBLANCE_MILVUS_PICTURES``, or ``.milvus`` beside the user's collections.
    """

    def __init__(self, alias: str, root: Path | None = None) -> None:
        self.folder = (root or folder("milvus_pictures") or user_collections() / ".milvus") / alias

    def put(self, content: bytes) -> str:
        """Write a thumbnail, unless its file exists, and return its name."""
        digest = sha256(content).hexdigest()
        name = f"images/{digest[:2]}/{digest[2:]}.webp"
        path = self.folder / name
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged = path.with_suffix(".part")
            staged.write_bytes(content)
            staged.replace(path)
        return name

    def path(self, name: str) -> Path:
        """Return the file of a thumbnail.

        Raises:
            CollectionError: The file is not on this machine.
        """
        path = self.folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise CollectionError(
                f"The thumbnails are not in {self.folder}. Mount the folder of the machine that wrote them, and set "
                "SEMBLANCE_MILVUS_PICTURES to it."
            )
        return path

    def keep_only(self, names: Iterable[str]) -> None:
        """Delete all thumbnails except those in ``names``."""
        kept = set(names)
        for path in self.folder.glob("images/*/*.webp"):
            if path.relative_to(self.folder).as_posix() not in kept:
                with suppress(OSError):
                    path.unlink()
