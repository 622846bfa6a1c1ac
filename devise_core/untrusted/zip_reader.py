"""A stranger's zip → its pictures, one at a time in memory: nothing is unpacked to disk, and no header is believed."""

from __future__ import annotations

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from devise_core.errors import CollectionError
from devise_core.settings import Settings, settings
from devise_core.vision.image_reader import SUFFIXES

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
_SMALL = 1_000_000  # bytes that any entry may swell to: a plain drawing is packed to almost nothing
_PIECE = 1 << 18
_LONGEST = 120
_HEADER = 30  # bytes before an entry's name


def pictures_in_zip(data: bytes, limits: Settings | None = None) -> Iterator[tuple[str, bytes]]:
    """Each picture's name and content, in the order of the zip. A name is a label: no root, no way up, no control character.

    Pictures are told by their suffix, as in a folder; links, hidden files and archives within are passed over. Of one above
    ``upload_bytes`` one byte more comes, which ``read_upload`` then refuses. Raises ``CollectionError``: no zip, damaged,
    encrypted, without pictures, or beyond what is allowed in size, entries, depth or ratio; pictures before that have come by then.
    """
    limits = limits or settings()
    if len(data) > limits.zip_bytes:
        raise CollectionError(
            f"The zip has {len(data) / 1e6:.0f} MB; at most {limits.zip_bytes / 1e6:.0f} MB are allowed: "
            "send fewer pictures, or smaller ones."
        )
    # Counted before a list of them is made, which would take a kilobyte each
    if data.count(b"PK\1\2") > limits.zip_entries:
        raise CollectionError(f"The zip has more than {limits.zip_entries} entries: pack fewer files.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _pictures(archive, limits)
    except _BROKEN as error:
        raise CollectionError("The file is no zip, or is cut short or damaged: pack the pictures again.") from error


def _pictures(archive: zipfile.ZipFile, limits: Settings) -> Iterator[tuple[str, bytes]]:
    _refuse_overlaps(archive)
    taken: set[str] = set()
    total = 0
    for entry in archive.infolist():
        name = label(entry.filename)
        if not _is_picture(entry, name):
            continue
        _check(entry, name, limits)
        most = min(limits.upload_bytes, limits.zip_unpacked_bytes - total) + 1
        content = _inflated(archive, entry, name, most, limits.zip_ratio)
        total += len(content)
        if total > limits.zip_unpacked_bytes:
            raise CollectionError(f"The zip unpacks to more than {limits.zip_unpacked_bytes / 1e6:.0f} MB: pack fewer pictures.")
        name = _unlike(name, taken)
        taken.add(name)
        yield name, content
    if not taken:
        raise CollectionError(f"The zip holds no pictures: pack {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} files.")


def label(name: str) -> str:
    """``C:\\pictures\\..\\cat.jpg`` → ``pictures/cat.jpg``: parts of a path that lead nowhere, of 120 characters at most."""
    seen = "".join(letter for letter in name.replace("\\", "/") if unicodedata.category(letter)[0] != "C")
    parts = [part.strip() for part in re.sub(r"^[A-Za-z]:", "", seen).split("/")]
    return "/".join(part.replace(":", "")[-_LONGEST:] for part in parts if part not in ("", ".", ".."))


def _is_picture(entry: zipfile.ZipInfo, name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not entry.is_dir()
        and stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG)
        and path.suffix.lower() in SUFFIXES
        and not any(part.startswith((".", "__MACOSX")) for part in path.parts)
    )


def _check(entry: zipfile.ZipInfo, name: str, limits: Settings) -> None:
    if entry.flag_bits & 0x41:
        raise CollectionError("The zip is encrypted: pack the pictures without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CollectionError("The zip is packed by a method this does not read: pack the pictures with “deflate”, the usual one.")
    if len(PurePosixPath(name).parts) - 1 > limits.zip_depth:
        raise CollectionError(f"The zip has pictures more than {limits.zip_depth} folders deep: pack them in fewer.")


def _refuse_overlaps(archive: zipfile.ZipFile) -> None:
    """Entries that share their bytes are how a small zip holds petabytes without a high ratio (Fifield, 2019)."""
    entries = sorted(archive.infolist(), key=lambda each: each.header_offset)
    for entry, end in zip(entries, [each.header_offset for each in entries[1:]] + [archive.start_dir], strict=False):
        if entry.header_offset + _HEADER + entry.compress_size > end:
            raise CollectionError("The zip has entries that lie on each other: pack the pictures again.")


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int, ratio: float) -> bytes:
    """At most ``most`` bytes; what comes out is counted as it comes."""
    content = bytearray()
    with archive.open(entry) as file:
        while len(content) < most and (piece := file.read(min(_PIECE, most - len(content)))):
            content += piece
            if len(content) > max(_SMALL, ratio * entry.compress_size):
                raise CollectionError(
                    f"{PurePosixPath(name).name} in the zip swells to more than {ratio:g} times its size: "
                    "save it as JPEG, and pack again."
                )
    return bytes(content)


def _unlike(name: str, taken: set[str]) -> str:
    """``name``, or the first of ``cat (2).jpg``, ``cat (3).jpg`` … that is not taken."""
    path, number = PurePosixPath(name), 1
    while name in taken:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return name
