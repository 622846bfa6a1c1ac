"""Read the files in a Qt binary resource (``.rcc``), as written by Qt's rcc tool.

All numbers are big-endian. The header has the bytes ``qres``, the version of the format, and the offsets of the tree, the content
and the names. A node of the tree has 14 bytes in version 1. Later versions append a time stamp of 8 bytes. A node begins with the
offset of its name, and flags. For a folder, the number of children and the number of the first child follow. For a file, the
country, the language and the offset of the content follow.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devise_core.errors import BuildError

_ZLIB, _FOLDER, _ZSTD = 1, 2, 4


@dataclass(frozen=True)
class _Resource:
    """The bytes of a resource file, the offsets of its parts, and the size of a tree node in bytes."""

    data: bytes
    tree: int
    content: int
    names: int
    node_size: int


def read_resource(path: Path) -> dict[str, bytes]:
    """Return the content of each file in a resource, by the file's path in the resource.

    Raises:
        BuildError: If the file is missing, damaged, or not a Qt resource.
    """
    try:
        data = path.read_bytes()
        magic, version, tree, content, names = struct.unpack_from(">4sIIII", data)
        if magic != b"qres":
            raise BuildError(f"{path} is not a Qt resource file. Unpack the package again.")
        resource = _Resource(data, tree, content, names, 22 if version >= 2 else 14)
        return dict(_walk(resource, 0, ""))
    except FileNotFoundError as error:
        raise BuildError(f"{path} is missing. Unpack the package again.") from error
    except (struct.error, zlib.error, UnicodeDecodeError, RecursionError) as error:
        raise BuildError(f"{path} is damaged ({error}). Unpack the package again.") from error


def _walk(resource: _Resource, node: int, parent: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every file at or below ``node``."""
    start = resource.tree + node * resource.node_size
    name, flags = struct.unpack_from(">IH", resource.data, start)
    path = f"{parent}/{_name(resource, name)}".lstrip("/") if node else ""
    if flags & _FOLDER:
        count, first = struct.unpack_from(">II", resource.data, start + 6)
        for child in range(first, first + count):
            yield from _walk(resource, child, path)
    else:
        _, offset = struct.unpack_from(">II", resource.data, start + 6)  # country and language, then the offset of the content
        yield path, _content(resource, offset, flags)


def _name(resource: _Resource, offset: int) -> str:
    (length,) = struct.unpack_from(">H", resource.data, resource.names + offset)
    start = resource.names + offset + 6  # the length is followed by a hash of four bytes
    return resource.data[start : start + 2 * length].decode("utf-16-be")


def _content(resource: _Resource, offset: int, flags: int) -> bytes:
    start = resource.content + offset
    (length,) = struct.unpack_from(">I", resource.data, start)
    content = resource.data[start + 4 : start + 4 + length]
    if flags & _ZLIB:
        return zlib.decompress(content[4:])  # the first four bytes are the unpacked size
    if flags & _ZSTD:
        import zstandard  # only needed by the offline build

        return zstandard.ZstdDecompressor().decompress(content, max_output_size=1 << 28)
    return content
