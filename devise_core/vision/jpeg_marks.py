"""The marks that divide a JPEG file: where the image ends, and how many scans it has. What follows the image does not count."""

from __future__ import annotations

import io
import random
import re
from dataclasses import dataclass

from PIL import Image

START, END, SCAN_MARK = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Marks without a length."""
_MARK = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_DATA = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""The next mark after compressed data, in which a byte 255 is followed by 0 or is a restart mark."""
_FILLER_BYTES = 64
_CHECK_SIDE = 256  # pixels


@dataclass(frozen=True)
class JpegMarks:
    """What the marks of a JPEG say.

    Attributes:
        scans: How many scans the image has.
        end: The offset behind its end mark, or None if there is no end mark.
    """

    scans: int
    end: int | None


def read_marks(data: bytes) -> JpegMarks | None:
    """Read the marks of the first image in ``data``; None if it is no JPEG."""
    if data[:2] != START:
        return None
    place, scans = 2, 0
    while match := _MARK.match(data, place):
        mark, place = match[1][0], match.end()
        if mark == END[1]:
            return JpegMarks(scans, place)
        if mark in _STANDALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        place += max(2, length)
        if mark == SCAN_MARK[1]:
            scans += 1
            following = _AFTER_DATA.search(data, place)
            if following is None:
                break
            place = following.start()
    return JpegMarks(scans, None)


def with_end_mark(data: bytes) -> bytes:
    """Return ``data`` with the end mark that it lacks, or as it is if more than the end mark is missing.

    Some cameras and tools leave the end mark out, and viewers show such a file whole. If compressed data are missing too, a decoder
    takes what precedes the end mark for image data. So the image then depends on bytes that are inserted there.
    """
    if data[-2:] == END:  # so do nearly all files, and reading the marks means to walk over every byte
        return data
    marks = read_marks(data)
    if marks is None or marks.end is not None or not marks.scans:
        return data
    filler = bytes(byte for byte in random.Random(7).randbytes(_FILLER_BYTES) if byte != 0xFF)
    try:
        plain, filled = _decoded(data + END), _decoded(data + filler + END)
    except (OSError, ValueError, SyntaxError):
        return data
    return data + END if plain == filled else data


def _decoded(data: bytes) -> bytes:
    """Return the pixels of a JPEG, at a fraction of its size if it is large."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        image.draft(image.mode, (_CHECK_SIDE, _CHECK_SIDE))
        return image.tobytes()
