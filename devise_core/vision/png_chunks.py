"""Edit the chunks of a PNG file: leave out damaged metadata, and complete an image that lacks its end."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"\0\0\0\0IEND\xaeB`\x82"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type → how many channels a pixel has."""
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_STEP = 65_536  # compressed bytes that are unpacked at a time


def lacks_end(data: bytes) -> bool:
    """Return whether ``data`` is a PNG without its last chunk. Pillow reads such a file if no pixel is missing."""
    return data.startswith(SIGNATURE) and _END[4:] not in data[-len(_END) :] and data.rfind(_END[4:]) < 0


def without_damaged_metadata(data: bytes) -> bytes:
    """Return a PNG without damaged metadata: chunks that the image does not need and whose checksum or length is wrong."""
    kept = (chunk for chunk in _chunks(data) if not chunk[4:5].islower() or _is_intact(chunk))
    return b"".join((SIGNATURE, *kept))


def without_texts(data: bytes) -> bytes:
    """Return a PNG without its texts. Some editors write texts that unpack to more than a megabyte, and Pillow refuses these."""
    return b"".join((SIGNATURE, *(chunk for chunk in _chunks(data) if chunk[4:8] not in _TEXTS)))


def with_end(data: bytes) -> tuple[bytes, float] | None:
    """Add black rows to a PNG that lacks its end.

    Returns:
        The completed file, and the share of the image that was missing, from 0 to 1. Returns None if the header is missing or
        damaged, if the image is interlaced or of an unknown colour type, or if the image data cannot be unpacked.
    """
    chunks = list(_chunks(data))
    header, packed = (
        chunks[0] if chunks else b"",
        b"".join(chunk[8 : 8 + _length(chunk)] for chunk in chunks if chunk[4:8] == b"IDAT"),
    )
    if header[4:8] != b"IHDR" or not _is_intact(header):
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header[8:-4])
    if interlaced or colour not in _CHANNELS or not width * height:
        return None
    whole = height * (1 + (width * _CHANNELS[colour] * depth + 7) // 8)
    unpack, pack, rows, count = zlib.decompressobj(), zlib.compressobj(1), list[bytes](), 0
    try:
        for start in range(0, len(packed), _STEP):
            unpacked = unpack.decompress(packed[start : start + _STEP])[: whole - count]
            count += len(unpacked)
            rows.append(pack.compress(unpacked))
    except zlib.error:
        return None
    rows += [pack.compress(bytes(whole - count)), pack.flush()]
    before = [chunk for chunk in chunks if chunk[4:8] not in (b"IDAT", b"IEND") and _is_intact(chunk)]
    return b"".join((SIGNATURE, *before, _chunk(b"IDAT", b"".join(rows)), _END)), 1 - count / whole


def _chunks(data: bytes) -> Iterator[bytes]:
    """Yield the bytes of each chunk, including its length, kind and checksum. The last chunk may be incomplete."""
    place = len(SIGNATURE)
    while place + 8 <= len(data):
        length = 12 + int.from_bytes(data[place : place + 4], "big")
        yield data[place : place + length]
        place += length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _length(chunk: bytes) -> int:
    return int.from_bytes(chunk[:4], "big")


def _is_intact(chunk: bytes) -> bool:
    return len(chunk) == 12 + _length(chunk) and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
