"""Open a zip in which names of files may be flagged as UTF-8 although they are not valid UTF-8."""

from __future__ import annotations

import io
import struct
import zipfile

_END, _END_SIZE = b"PK\5\6", 22
_ENTRY = struct.Struct("<4s4xH18xHHH8xI")
"""The fields read from a directory entry: signature, flags, the lengths of name, extra field and comment, and the file's offset."""
_ENTRY_SIZE, _FLAGS_OF_ENTRY, _FLAGS_OF_FILE = 46, 8, 6
_IS_UTF8 = 0x800


def opened_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip. A name that is flagged as UTF-8 but is not valid UTF-8 is read as CP437, like names without that flag.

    Args:
        data: The bytes of the zip.

    Raises:
        zipfile.BadZipFile: The data is not a zip, or is truncated.
        ValueError: The directory of the zip is damaged.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BytesIO(_without_wrong_flags(data)))


def _without_wrong_flags(data: bytes) -> bytes:
    changed, end = bytearray(data), data.rfind(_END)
    if end < 0 or end + _END_SIZE > len(data):
        return data
    size, place = struct.unpack_from("<II", data, end + 12)
    shift = end - size - place  # bytes before the zip, as in a self-extracting archive
    at = end - size
    while 0 <= at <= end - _ENTRY_SIZE:
        signature, flags, name, extra, comment, file = _ENTRY.unpack_from(data, at)
        if signature != b"PK\1\2":
            break
        if flags & _IS_UTF8 and not _is_utf8(data[at + _ENTRY_SIZE : at + _ENTRY_SIZE + name]):
            for flag in (at + _FLAGS_OF_ENTRY, shift + file + _FLAGS_OF_FILE):
                if 0 <= flag < len(data) - 1:
                    changed[flag + 1] &= 0xFF ^ (_IS_UTF8 >> 8)
        at += _ENTRY_SIZE + name + extra + comment
    return bytes(changed)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
