"""Recognise kinds of files that people keep among their photos but that are not read, so that a message can name these kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

PACKED, RAW = "packed files", "raw photos"
OTHER_KINDS = {
    RAW: (".3fr", ".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".raw", ".rw2", ".srw"),
    "JPEG XL images": (".jxl",),
    "drawings": (".ai", ".eps", ".svg", ".svgz"),
    "documents": (".pdf", ".psd", ".xcf"),
    PACKED: (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip"),
    "videos": (".3gp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mts", ".webm", ".wmv"),
}
"""Kind → suffixes."""
OTHER_FILES = "other files"
"""Files that are neither images nor of a kind in ``OTHER_KINDS``."""
NAMED = 3
"""How many files of the kind ``OTHER_FILES`` a message names at most."""
_KIND_OF = {suffix: kind for kind, suffixes in OTHER_KINDS.items() for suffix in suffixes}
_SIGNATURES = (
    (0, b"II*\0\x10\0\0\0CR", RAW),
    (4, b"ftypcrx ", RAW),
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"IIRO", RAW),
    (0, b"IIU\0", RAW),
    (0, b"\xff\x0a", "JPEG XL images"),
    (4, b"JXL ", "JPEG XL images"),
    (0, b"%PDF", "documents"),
    (0, b"8BPS", "documents"),
    (0, b"gimp xcf", "documents"),
    (0, b"%!PS", "drawings"),
    (0, b"PK\x03\x04", PACKED),
    (0, b"Rar!", PACKED),
    (0, b"7z\xbc\xaf", PACKED),
    (0, b"\x1f\x8b", PACKED),
    (0, b"\x1aE\xdf\xa3", "videos"),
    (4, b"ftyp", "videos"),
)
"""Offset in the file, bytes at this offset, and kind. If several rows match, the first counts. Files that are read as images are
never looked up here."""


def counted_kinds(counts: Mapping[str, int], others: Sequence[str] = ()) -> list[str]:
    """Say in words how many files of each kind there are.

    Args:
        counts: How many files there are of each kind.
        others: The names of the first ``NAMED`` files of the kind ``OTHER_FILES``, or nothing to name none.

    Example:
        >>> counted_kinds({"videos": 3, "raw photos": 1, "documents": 0, "other files": 2}, ["notes.txt", "labels.xml"])
        ['2 other files (notes.txt, labels.xml)', '1 raw photo', '3 videos']
    """
    words = {kind: f"{count} {kind if count > 1 else kind[:-1]}" for kind, count in sorted(counts.items()) if count}
    if others and OTHER_FILES in words:
        more = counts[OTHER_FILES] - len(others)
        words[OTHER_FILES] += f" ({', '.join(others)}{f' and {more} more' if more else ''})"
    return list(words.values())


def kind_of(name: str, header: bytes = b"") -> str:
    """Return the kind of a file by its suffix, or else by its first bytes, or "" if the file is of no kind in ``OTHER_KINDS``.

    Example:
        >>> kind_of("IMG_0001.CR2"), kind_of("The image", b"%PDF-1.7"), kind_of("notes.txt")
        ('raw photos', 'documents', '')
    """
    kind = _KIND_OF.get(PurePath(name).suffix.lower(), "")
    by_content = (kind for start, signature, kind in _SIGNATURES if header[start:].startswith(signature))
    return kind or next(by_content, "drawings" if b"<svg" in header else "")
