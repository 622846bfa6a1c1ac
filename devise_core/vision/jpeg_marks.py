"""Read the marks (JPEG markers) that divide a JPEG file: where the image ends, and how many scans it has.

A scan is a portion of the compressed data. A progressive JPEG has several scans, each of which refines the image. If a file has
data after the image, these data are ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

START, END, SCAN_MARK = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Marks that are not followed by a segment and its length."""
_MARK = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_DATA = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""Finds the next mark after compressed data. Inside compressed data, a byte 255 is followed by 0 or begins a restart mark."""
_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF))
"""Marks that begin the frame header, which says how many components, such as colour channels, the image has."""
_COEFFICIENTS = 64
"""How many coefficients describe a block of 8 × 8 pixels of a component."""


@dataclass(frozen=True)
class JpegMarks:
    """What the marks of a JPEG say.

    Attributes:
        scans: How many scans the image has.
        end: The offset just after the end mark of the image, in bytes, or None if there is no end mark.
        all_scans: Whether the last scan of every coefficient has begun. If not, and there is no end mark, scans may be missing.
    """

    scans: int
    end: int | None
    all_scans: bool


def read_marks(data: bytes) -> JpegMarks | None:
    """Read the marks of the first image in ``data``, or return None if ``data`` is not a JPEG."""
    if data[:2] != START:
        return None
    place, scans, components, complete = 2, 0, 0, set[tuple[int, int]]()
    while match := _MARK.match(data, place):
        mark, place = match[1][0], match.end()
        if mark == END[1]:
            return JpegMarks(scans, place, len(complete) == _COEFFICIENTS * components)
        if mark in _STANDALONE:
            continue
        segment = data[place : place + max(2, int.from_bytes(data[place : place + 2], "big"))]
        place += len(segment)
        if mark in _FRAMES:
            components = int.from_bytes(segment[7:8], "big")
        if mark == SCAN_MARK[1]:
            scans += 1
            complete |= _completed_by(segment)
            following = _AFTER_DATA.search(data, place)
            if following is None:
                break
            place = following.start()
    return JpegMarks(scans, None, bool(scans) and len(complete) == _COEFFICIENTS * components)


def _completed_by(scan: bytes) -> set[tuple[int, int]]:
    """Return the (component, coefficient) pairs whose last bits are in the scan that begins with the header ``scan``."""
    count = int.from_bytes(scan[2:3], "big")
    if len(scan) != 6 + 2 * count:
        return set()
    first, last, bits = scan[-3:]
    return {(scan[3 + 2 * each], number) for each in range(count) for number in range(first, last + 1)} if not bits % 16 else set()
