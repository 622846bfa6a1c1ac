"""Read the images of an untrusted zip, one at a time and in memory. Nothing is unpacked to disk, and no header is trusted."""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from devise_core.collections.image_files import SYSTEM_FOLDERS
from devise_core.errors import CollectionError
from devise_core.settings import Settings, settings
from devise_core.untrusted.zip_names import opened_zip
from devise_core.vision.image_formats import MAX_HEADER, SUFFIXES, begins_like_image
from devise_core.vision.other_kinds import OTHER_FILES, counted_kinds, kind_of

_ZIP_ERRORS = (
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
_SMALL = 1_000_000  # bytes that an entry may always unpack to, because a plain drawing compresses to almost nothing
_CHUNK = 1 << 18
_LONGEST_PART = 120
_HEADER = 30  # bytes before an entry's name


def images_in_zip(
    data: bytes, limits: Settings | None = None, leave_out: Callable[[str], None] | None = None, called: str = "The zip"
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each image, in the order of the zip.

    Images are recognised by their suffix, as in a folder. A file with an unknown suffix or no suffix is recognised by its content.
    Hidden files and system folders are skipped. Links and files of other kinds are left out and counted. An image that is damaged,
    encrypted or beyond a limit for single images is left out, and the remaining images are yielded.

    Args:
        data: The bytes of the zip.
        limits: The limits to apply, by default the settings of this process.
        leave_out: Called with a sentence for each image that is left out. The sentence begins with the image's name. Also called
            at the end if there are files of other kinds, with a sentence that counts them.
        called: The first words of that last sentence, which name the zip.

    Yields:
        The name as ``safe_name`` returns it, and the content. An image larger than ``upload_bytes`` is cut to one byte more than
        that limit, so that ``read_upload`` refuses the image.

    Raises:
        CollectionError: The file is not a zip, has overlapping entries, has no image that can be unpacked, or exceeds the limit
            on its size or on its number of entries. Images before the error may have been yielded.
    """
    limits = limits or settings()
    if len(data) > limits.zip_bytes:
        raise CollectionError(f"The zip is larger than {limits.zip_bytes / 1e6:g} MB. Send fewer or smaller images.")
    # The entries are counted before zipfile lists them, because each listed entry takes a kilobyte of memory.
    if data.count(b"PK\1\2") > limits.zip_entries:
        raise CollectionError(f"The zip has more than {limits.zip_entries} entries. Pack fewer files.")
    try:
        with opened_zip(data) as archive:
            yield from _images(archive, limits, leave_out or (lambda _: None), called)
    except _ZIP_ERRORS as error:
        raise CollectionError("The file is not a zip, or is truncated or damaged. Pack the images again.") from error


def safe_name(name: str) -> str:
    r"""Clean the name of a zip entry, for example ``C:\pictures\..\cat.jpg`` → ``pictures/cat.jpg``.

    The result can be a label, and cannot lead out of a folder. Roots, drives, ``..`` and control characters are removed.
    Each part of the path is cut to its last 120 characters.
    """
    visible = "".join(letter for letter in name.replace("\\", "/") if unicodedata.category(letter)[0] != "C")
    parts = [part.strip() for part in re.sub(r"^[A-Za-z]:", "", visible).split("/")]
    return "/".join(part.replace(":", "")[-_LONGEST_PART:] for part in parts if part not in ("", ".", ".."))


def _images(
    archive: zipfile.ZipFile, limits: Settings, leave_out: Callable[[str], None], called: str
) -> Iterator[tuple[str, bytes]]:
    _refuse_overlaps(archive)
    taken: set[str] = set()
    problems: list[str] = []
    others = Counter[str]()
    budget = _Budget(limits.zip_unpacked_bytes)
    for entry in archive.infolist():
        name = safe_name(entry.filename)
        if entry.is_dir() or _is_hidden(name):
            continue
        if not _is_image(archive, entry, name, limits):
            others[kind_of(name) or OTHER_FILES] += 1
            continue
        try:
            content = _read_entry(archive, entry, name, limits, budget)
        except _EntryError as error:
            problems.append(str(error))
            leave_out(f"{name}: {error}")
            continue
        name = _unique(name, taken)
        taken.add(name)
        yield name, content
    kinds = ", ".join(counted_kinds(others))
    if others and (taken or problems):
        leave_out(f"{called}: Files of other kinds are left out ({kinds}). Save photos as JPEG or PNG.")
    if problems and not taken:
        raise CollectionError(f"No image in the zip can be unpacked. {problems[0]}")
    if not taken:
        only = f", only {kinds}" if kinds else ""
        raise CollectionError(f"The zip has no images{only}. Put image files in it, such as JPEG or PNG.")


class _EntryError(Exception):
    """One entry cannot be unpacked. Other entries of the zip may be readable."""


@dataclass
class _Budget:
    """The number of bytes that a zip unpacks to, including those of damaged entries."""

    allowed: int
    taken: int = 0

    def take(self, count: int) -> None:
        self.taken += count
        if self.taken > self.allowed:
            raise CollectionError(f"The zip unpacks to more than {self.allowed / 1e6:.0f} MB. Pack fewer images.")


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Settings, budget: _Budget) -> bytes:
    _check(entry, name, limits)
    try:
        return _unpack(archive, entry, limits, budget)
    except _ZIP_ERRORS as error:
        budget.take(_CHUNK)  # for the bytes that were unpacked just before the error and not counted
        raise _EntryError("It is damaged in the zip. Pack it again.") from error


def _is_hidden(name: str) -> bool:
    path = PurePosixPath(name)
    return any(part.startswith(".") for part in path.parts) or any(part.lower() in SYSTEM_FOLDERS for part in path.parts[:-1])


def _is_image(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Settings) -> bool:
    if not name or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        return False
    if PurePosixPath(name).suffix.lower() in SUFFIXES:
        return True
    return not kind_of(name) and _begins_like_image(archive, entry, name, limits)


def _begins_like_image(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Settings) -> bool:
    try:
        _check(entry, name, limits)  # because methods other than “deflate” unpack more bytes than are read
        with archive.open(entry) as file:
            return begins_like_image(file.read(MAX_HEADER))
    except (_EntryError, *_ZIP_ERRORS):
        return False


def _check(entry: zipfile.ZipInfo, name: str, limits: Settings) -> None:
    if entry.flag_bits & 0x41:
        raise _EntryError("It is encrypted in the zip. Pack it without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _EntryError("It is packed with an unusual compression method. Pack it with “deflate”.")
    if len(PurePosixPath(name).parts) - 1 > limits.zip_depth:
        raise _EntryError(f"It is more than {limits.zip_depth} folders deep in the zip. Pack it in fewer folders.")


def _refuse_overlaps(archive: zipfile.ZipFile) -> None:
    """Refuse entries that share bytes.

    With such entries, a small zip can unpack to petabytes without a high compression ratio (Fifield, 2019).
    """
    inside = [each for each in archive.infolist() if each.header_offset < archive.start_dir]  # entries elsewhere cannot be read
    entries = sorted(inside, key=lambda each: each.header_offset)
    for entry, end in zip(entries, [each.header_offset for each in entries[1:]] + [archive.start_dir], strict=False):
        if entry.header_offset + _HEADER + entry.compress_size > end:
            raise CollectionError("The zip has entries that overlap. Pack the images again.")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Settings, budget: _Budget) -> bytes:
    """Unpack at most one byte more than ``upload_bytes``, and count the bytes while they are unpacked."""
    content, most = bytearray(), limits.upload_bytes + 1
    with archive.open(entry) as file:
        while len(content) < most and (chunk := file.read(min(_CHUNK, most - len(content)))):
            content += chunk
            budget.take(len(chunk))
            if len(content) > max(_SMALL, limits.zip_ratio * entry.compress_size):
                raise _EntryError(
                    f"It unpacks to more than {limits.zip_ratio:g} times its size. Save it as JPEG and pack it again."
                )
    return bytes(content)


def _unique(name: str, taken: set[str]) -> str:
    """Return ``name``, or the first of ``cat (2).jpg``, ``cat (3).jpg`` … that is not taken."""
    path, number = PurePosixPath(name), 1
    while name in taken:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return name
