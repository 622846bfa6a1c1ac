"""Zip files for tests, as programs write them and as nobody should."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from benchmarks.malformed import encoded, picture

CAT = encoded(picture(), "JPEG")


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in entries:
            archive.writestr(name, content, method)
    return buffer.getvalue()


def edited(data: bytes, central: dict[int, bytes], local: dict[int, bytes] | None = None) -> bytes:
    """Replace bytes of ``data`` at offsets from the first entry of the central directory, and from its local header."""
    body = bytearray(data)
    for start, changes in ((data.index(b"PK\1\2"), central), (0, local or {})):
        for offset, value in changes.items():
            body[start + offset : start + offset + len(value)] = value
    return bytes(body)


def zipped(*files: Path) -> bytes:
    """Return a zip with files in the folder "summer"."""
    return packed(*((f"summer/{file.name}", file.read_bytes()) for file in files))
