"""Recognise image files of the supported formats by their names and first bytes."""

from __future__ import annotations

from pathlib import Path

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".jpe", ".mpo", ".png", ".webp", ".avif"),
    *(".heic", ".heif", ".hif", ".gif", ".bmp", ".tif", ".tiff"),
)
MAX_HEADER = 64
"""How many of the first bytes of a file are enough to recognise its format."""
_BITMAP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
"""The lengths, in bytes, that the second header of a BMP file may have."""


def is_known_format(path: Path) -> bool:
    """Whether the content of a file begins like an image in a known format.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        return begins_like_image(file.read(MAX_HEADER))


def begins_like_image(header: bytes) -> bool:
    """Whether the first ``MAX_HEADER`` bytes of a file are those of an image in a known format."""
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*")
    bitmap = header[:2] == b"BM" and int.from_bytes(header[14:18], "little") in _BITMAP_HEADERS  # a text may begin with "BM"
    box = header[4:8] == b"ftyp" and header[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"hevc")
    return header.startswith(starts) or bitmap or box or (header[:4] == b"RIFF" and header[8:12] == b"WEBP")
