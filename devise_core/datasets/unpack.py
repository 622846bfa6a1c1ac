"""Unpack downloaded archives safely: only regular files below the target folder, and only the members that are wanted."""

from __future__ import annotations

import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from devise_core.datasets.catalogue import Source
from devise_core.errors import FetchError

MAX_UNPACKED_BYTES = 20_000_000_000
"""The most bytes that an archive may unpack to. The largest data set of the catalogue has 2.5 GB."""
_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def unpack(archive: Path, source: Source, folder: Path) -> list[str]:
    """Write the members of ``archive`` that match ``source.keep`` into ``folder``.

    Args:
        archive: A ``.zip``, a wheel, or a tar archive with any compression.
        source: Describes which members to keep, and where.
        folder: The folder to write into.

    Returns:
        The paths of the written files, relative to ``folder``.

    Raises:
        FetchError: If the archive is damaged or too large, names a path outside ``folder``, or has no matching member.
    """
    written: list[str] = []
    total = 0
    with _archive_errors(archive):
        for name, size, content in _members(archive, source.inner, folder):
            if (path := _target(name, source)) is None:
                continue
            total += size
            if total > MAX_UNPACKED_BYTES:
                raise FetchError(
                    f"{archive.name} unpacks to more than {MAX_UNPACKED_BYTES / 1e9:.0f} GB. Download it from its publisher."
                )
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("wb") as file:
                shutil.copyfileobj(content, file)
            written.append(path)
    if not written:
        raise FetchError(f"{archive.name} holds no file of the data set. Download it from its publisher, without --base-url.")
    return list(dict.fromkeys(written))


@contextmanager
def _archive_errors(archive: Path) -> Iterator[None]:
    """Turn the errors of a damaged archive into a ``FetchError``."""
    try:
        yield
    except (*_DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # a disk error, unlike gzip's "not a gzipped file"
            raise
        raise FetchError(f"{archive.name} cannot be unpacked ({error}). Download it again.") from error


def _members(archive: Path, inner: str | None, folder: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Yield the name, size and content of each regular file. A zip member that matches ``inner`` is read as a tar archive."""
    if archive.suffix not in (".zip", ".whl"):
        with archive.open("rb") as file:
            yield from _tar_members(file, folder)
        return
    with zipfile.ZipFile(archive) as outer:
        for info in outer.infolist():
            if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG} or info.is_dir():
                continue
            with outer.open(info) as file:
                if inner is not None and re.fullmatch(inner, info.filename):
                    yield from _tar_members(file, folder)
                else:
                    yield info.filename, info.file_size, file


def _tar_members(file: IO[bytes], folder: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            checked = tarfile.data_filter(member, str(folder))  # raises if the name or a link points outside the folder
            content = archive.extractfile(member) if checked.isreg() else None
            if content is not None:
                yield checked.name, checked.size, content


def _target(name: str, source: Source) -> str | None:
    """Return the path to write a member to, or None if the member is not wanted.

    Raises:
        FetchError: If the name points outside the folder. No genuine archive has such a name.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise FetchError(
            f"{source.name} holds {name!r}, which points outside the folder, so it is not the data set. "
            "Download it from its publisher."
        )
    for pattern, target in source.keep:
        if match := re.fullmatch(pattern, str(path)):
            return match.expand(target)
    return None
