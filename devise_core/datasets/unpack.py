"""Archives that strangers made: only regular files below the folder come out, and only those that are asked for."""

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

MOST = 20_000_000_000  # bytes unpacked; the largest set here has 2.5 GB
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


def unpack(archive: Path, source: Source, folder: Path) -> list[str]:
    """Write the members that ``source.keep`` asks for into ``folder``; returns their paths there.

    Raises ``FetchError`` where the archive is damaged, hostile, or holds none of them.
    """
    written: list[str] = []
    size = 0
    with _named(archive):
        for name, length, file in _members(archive, source.inner, folder):
            if (path := _place(name, source)) is None:
                continue
            size += length
            if size > MOST:
                raise FetchError(f"{archive.name} unpacks to more than {MOST / 1e9:.0f} GB: fetch it from its home.")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("wb") as target:
                shutil.copyfileobj(file, target)
            written.append(path)
    if not written:
        raise FetchError(f"{archive.name} holds nothing of the set: fetch it from its home, without --base-url.")
    return list(dict.fromkeys(written))


@contextmanager
def _named(archive: Path) -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's; gzip's "not a gzipped file" has no number
            raise
        raise FetchError(f"{archive.name} cannot be unpacked ({error}): fetch it again.") from error


def _members(archive: Path, inner: str | None, folder: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and content of each regular file; of the archive within where ``inner`` matches its name."""
    if archive.suffix != ".zip":
        with archive.open("rb") as file:
            yield from _tar(file, folder)
        return
    with zipfile.ZipFile(archive) as within:
        for info in within.infolist():
            if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG} or info.is_dir():
                continue
            with within.open(info) as file:
                if inner is not None and re.fullmatch(inner, info.filename):
                    yield from _tar(file, folder)
                else:
                    yield info.filename, info.file_size, file


def _tar(file: IO[bytes], folder: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            checked = tarfile.data_filter(member, str(folder))  # raises where the name or a link leads out
            content = archive.extractfile(member) if checked.isreg() else None
            if content is not None:
                yield checked.name, checked.size, content


def _place(name: str, source: Source) -> str | None:
    """Where a member goes; None where it is not asked for. A name that leads out of the folder condemns the archive."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise FetchError(f"{source.name} holds {name!r}, which leads out of the folder: it is not the set; fetch it from its home.")
    for pattern, target in source.keep:
        if found := re.fullmatch(pattern, str(path)):
            return found.expand(target)
    return None
