"""Qt resource files, written byte by byte."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from devise_core.bundle.qt_resource import read_resource
from devise_core.errors import BuildError

PLAIN, ZLIB, FOLDER = 0, 1, 2


def resource(path: Path, version: int = 3, magic: bytes = b"qres", flags: int = PLAIN) -> Path:
    """Write a resource that holds ``birds/é.txt`` with the content ``tweet``."""
    stored = struct.pack(">I", 5) + zlib.compress(b"tweet") if flags == ZLIB else b"tweet"
    stamp = b"\0" * 8 if version >= 2 else b""
    names = b"".join(struct.pack(">HI", len(name), 0) + name.encode("utf-16-be") for name in ("birds", "é.txt"))
    tree = (
        struct.pack(">IHII", 0, FOLDER, 1, 1)
        + stamp
        + struct.pack(">IHII", 0, FOLDER, 1, 2)
        + stamp
        + struct.pack(">IHHHI", 16, flags, 0, 0, 0)
        + stamp
    )
    data = struct.pack(">I", len(stored)) + stored
    header = struct.pack(">4sIIII", magic, version, 20, 20 + len(tree), 20 + len(tree) + len(data))
    path.write_bytes(header + tree + data + names)
    return path


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("flags", [PLAIN, ZLIB])
def test_files_are_read_with_their_paths(tmp_path: Path, version: int, flags: int) -> None:
    assert read_resource(resource(tmp_path / "a.rcc", version, flags=flags)) == {"birds/é.txt": b"tweet"}


def test_another_file_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"a\.rcc is not a Qt resource.*Unpack"):
        read_resource(resource(tmp_path / "a.rcc", magic=b"nope"))


@pytest.mark.parametrize("length", [0, 10, 30, 70])
def test_a_truncated_resource_is_refused(tmp_path: Path, length: int) -> None:
    path = resource(tmp_path / "a.rcc")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BuildError, match=r"a\.rcc is damaged.*Unpack"):
        read_resource(path)


def test_damaged_content_is_refused(tmp_path: Path) -> None:
    path = resource(tmp_path / "a.rcc", flags=ZLIB)
    path.write_bytes(path.read_bytes().replace(zlib.compress(b"tweet"), b"?" * len(zlib.compress(b"tweet"))))
    with pytest.raises(BuildError, match="damaged"):
        read_resource(path)
