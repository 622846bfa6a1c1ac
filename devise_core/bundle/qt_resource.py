"""Read the files in a Qt binary resource (``.rcc``), as written by Qt's own rcc tool.

Layout, big-endian: ``qres``, version, then the offsets of tree, data and names. A tree node has 14 bytes, from version 2 on
22 (the last 8 a time stamp): name offset, flags, then either child count and first child, or language and data offset.
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
class _Tables:
    data: bytes
    tree: int
    payload: int
    names: int
    node_size: int


def read_resource(path: Path) -> dict[str, bytes]:
    """Path inside the resource → the file's bytes. Raises ``BuildError`` where it is none."""
    try:
        data = path.read_bytes()
        magic, version, tree, payload, names = struct.unpack_from(">4sIIII", data)
        if magic != b"qres":
            raise BuildError(f"{path} is no Qt resource file: unpack the package again.")
        tables = _Tables(data, tree, payload, names, 22 if version >= 2 else 14)
        return dict(_walk(tables, 0, ""))
    except FileNotFoundError as error:
        raise BuildError(f"{path} is missing: unpack the package again.") from error
    except (struct.error, zlib.error, UnicodeDecodeError, RecursionError) as error:
        raise BuildError(f"{path} is damaged ({error}): unpack the package again.") from error


def _walk(tables: _Tables, node: int, prefix: str) -> Iterator[tuple[str, bytes]]:
    at = tables.tree + node * tables.node_size
    name_at, flags = struct.unpack_from(">IH", tables.data, at)
    path = f"{prefix}/{_name(tables, name_at)}".lstrip("/") if node else ""
    if flags & _FOLDER:
        count, first = struct.unpack_from(">II", tables.data, at + 6)
        for child in range(first, first + count):
            yield from _walk(tables, child, path)
    else:
        _, offset = struct.unpack_from(">II", tables.data, at + 6)  # country and language, then the data's offset
        yield path, _content(tables, offset, flags)


def _name(tables: _Tables, offset: int) -> str:
    (length,) = struct.unpack_from(">H", tables.data, tables.names + offset)
    start = tables.names + offset + 6  # a hash of four bytes stands between
    return tables.data[start : start + 2 * length].decode("utf-16-be")


def _content(tables: _Tables, offset: int, flags: int) -> bytes:
    (length,) = struct.unpack_from(">I", tables.data, tables.payload + offset)
    content = tables.data[tables.payload + offset + 4 : tables.payload + offset + 4 + length]
    if flags & _ZLIB:
        return zlib.decompress(content[4:])  # the first four bytes are the unpacked size
    if flags & _ZSTD:
        import zstandard  # needed by the build alone

        return zstandard.ZstdDecompressor().decompress(content, max_output_size=1 << 28)
    return content
