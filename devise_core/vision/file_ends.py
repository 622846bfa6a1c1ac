"""Complete image files that lack their end, and leave out damaged metadata. Common viewers show such images too.

The missing end of a file is replaced in two ways. Where the two resulting images differ, data of the image was missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image

from devise_core.errors import ImageError
from devise_core.vision import png_chunks
from devise_core.vision.jpeg_marks import END, read_marks

MOST_MISSING = 0.05
"""The largest share of an image that may be missing. If more were missing, an image could match a query by its replaced part."""
_SIDE = 256  # pixels of the images that are compared
_DIFFERENT = 4  # pixels that differ by more than this, of 255 levels, count as different
_LITTLE = 1e-6  # the share of an image that counts as missing if pixels differ, but all by less
_MOST_BYTES = 0.1  # the share of a file's bytes that may be replaced; the images are compared as well
_FEWEST_BYTES = 4_096

Decode = Callable[[bytes], Image.Image]
"""Decodes a file, or raises ``ImageError``."""


@dataclass(frozen=True)
class Completed:
    """A file that can be decoded.

    Attributes:
        data: The bytes of the file.
        note: What was wrong with the file, as words that follow its name.
    """

    data: bytes
    note: str


def completed(data: bytes, decode: Decode) -> Completed | None:
    """Complete a file that cannot be decoded as it is.

    Args:
        data: The bytes of the file.
        decode: Decodes the whole image. It is called up to twice.

    Returns:
        A file of nearly the same image. None if more than the share ``MOST_MISSING`` of the image is missing, or the file cannot
        be completed.
    """
    if data.startswith(png_chunks.SIGNATURE):
        return _png(data, decode)
    ways = _ways(data)
    if ways is None:
        return None
    try:
        first, second = (_small(decode(way)) for way in ways)
    except ImageError:
        return None
    missing = _different(first, second)
    return Completed(ways[0], note_on_end(missing)) if missing <= MOST_MISSING else None


def note_on_end(missing: float) -> str:
    """Return words to follow a file's name, which say that the file lacks its end and how much of the image is missing."""
    if not missing:
        return "lacks its end. The image is complete."
    share = f"{100 * missing:.0f}" if missing >= 0.01 else "less than 1"
    return f"lacks its end, which is {share}% of the image. Save or download it again."


def _png(data: bytes, decode: Decode) -> Completed | None:
    plain = png_chunks.without_texts(png_chunks.without_damaged_metadata(data))
    if plain != data:
        with suppress(ImageError):
            decode(plain)
            return Completed(
                plain, note_on_end(0) if png_chunks.lacks_end(plain) else "has damaged or oversized metadata, which was left out."
            )
    whole = png_chunks.with_end(plain)
    return Completed(whole[0], note_on_end(whole[1])) if whole and whole[1] <= MOST_MISSING else None


def _ways(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the file with its end replaced in two ways, or None if this cannot complete the file."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[8:12] == b"WEBP":
        return _webp(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        directory = int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big")
        return _padded(data) if directory < len(data) else None
    return _padded(data)


def _different(first: np.ndarray, second: np.ndarray) -> float:
    """Return the share of pixels that differ between two images. It is above 0 if any pixel differs, however little."""
    if first.shape != second.shape:
        return 1.0
    differences = np.abs(first - second).max(axis=2)
    return max(float((differences > _DIFFERENT).mean()), _LITTLE * bool(differences.any()))


def _small(image: Image.Image) -> np.ndarray:
    """Return the pixels of a small copy ``int16 (h, w, 3)``."""
    small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.int16)


def _jpeg(data: bytes) -> tuple[bytes, bytes] | None:
    """Return a JPEG with an end mark, and with random data before that mark. None if it has its end, or lacks a whole scan."""
    marks = read_marks(data)
    if marks is None or marks.end is not None or not marks.all_scans:
        return None
    body = data.rstrip(b"\xff")
    filler = _random(max(_FEWEST_BYTES, int(_MOST_BYTES * len(data)))).replace(b"\xff", b"\x7f")
    return body + END, body + filler + END


def _webp(data: bytes) -> tuple[bytes, bytes] | None:
    """Add as many bytes as the header says are missing: zeros, and random bytes. Return None if none or too many are missing."""
    missing = int.from_bytes(data[4:8], "little") + 8 - len(data)
    return (data + bytes(missing), data + _random(missing)) if 0 < missing <= _most_bytes(data) else None


def _padded(data: bytes) -> tuple[bytes, bytes]:
    """Add more bytes than may be missing: zeros, and random bytes. Readers of these formats ignore the extra bytes."""
    most = _most_bytes(data)
    return data + bytes(most), data + _random(most)


def _most_bytes(data: bytes) -> int:
    return max(_FEWEST_BYTES, int(_MOST_BYTES * len(data)))


def _random(count: int) -> bytes:
    return random.Random(7).randbytes(count)
