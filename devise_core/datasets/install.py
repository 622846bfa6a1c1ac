"""Put the files of a downloaded archive in place, and record them so that a later run knows whether the data set is complete."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image

from devise_core.datasets.catalogue import CAPTIONS, FLICKR_TOKENS, Source
from devise_core.datasets.readers import SUFFIXES
from devise_core.datasets.unpack import unpack
from devise_core.errors import FetchError
from devise_core.storage.atomic_write import atomic_file

RECORDS = "fetched"
"""The folder with one CSV file per archive that lists the files in it."""
_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def install_archive(folder: Path, source: Source, watch: Callable[[Iterable[str]], Iterable[str]] = iter) -> None:
    """Unpack an archive into ``folder``, leave out damaged images, and delete the archive.

    The record of the files is written last, so the next run repeats an interrupted installation.

    Args:
        folder: The folder of the data set, which holds the archive.
        source: Describes the archive and the members to keep.
        watch: Wraps the unpacked paths, for example in a progress bar.

    Raises:
        FetchError: If the archive is damaged, unsafe or empty. The archive is then deleted.
    """
    archive = folder / source.name
    with tempfile.TemporaryDirectory(prefix=".staged-", dir=folder) as staged:
        try:
            paths = unpack(archive, source, Path(staged))
        except FetchError:
            archive.unlink()
            raise
        record: dict[str, int | None] = {}
        for path in watch(paths):
            unpacked = Path(staged) / path
            record[path] = unpacked.stat().st_size if _is_sound(unpacked) else None
            if record[path] is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                unpacked.replace(folder / path)
    with atomic_file(_record_path(folder, source)) as target, target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("path", "bytes"), *((path, "" if size is None else size) for path, size in record.items())])
    archive.unlink()


def is_complete(folder: Path, source: Source) -> bool:
    """Return whether every file of ``source`` is in ``folder`` with the recorded size.

    A source that is not unpacked is complete if its file exists.
    """
    if not source.keep:
        return (folder / source.name).is_file()
    record = read_record(folder, source)
    return bool(record) and all(
        size is None or ((folder / path).is_file() and (folder / path).stat().st_size == size) for path, size in record.items()
    )


def read_record(folder: Path, source: Source) -> dict[str, int | None]:
    """Return the size in bytes of each file of the archive, or None for a damaged image. Without a record, return no files."""
    path = _record_path(folder, source)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["path"]: int(row["bytes"]) if row["bytes"] else None for row in csv.DictReader(file)}


def write_captions(folder: Path) -> None:
    """Convert the token file of Flickr8k (``file.jpg#0<tab>caption``) to ``captions.csv``.

    Captions without an image are left out. The token file has captions for one image that was never published.
    """
    tokens = folder / FLICKR_TOKENS
    if not tokens.is_file():
        return
    lines = (line.split("\t", 1) for line in tokens.read_text("utf-8").splitlines() if "\t" in line)
    rows = [(name.split("#")[0], caption.strip()) for name, caption in lines]
    with atomic_file(folder / CAPTIONS) as path, path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("image", "caption"), *(row for row in rows if (folder / "images" / row[0]).is_file())])


def check_image(path: Path) -> None:
    """Decode an image completely. Raise ``FetchError`` if that fails."""
    try:
        with Image.open(path) as image:
            image.load()  # verify() alone accepts a truncated JPEG
    except _UNREADABLE as error:
        raise FetchError(f"The file is not an image, or is damaged ({error}).") from error


def _is_sound(path: Path) -> bool:
    """Return False for an image file that does not open as an image, and True for any other file.

    The pixels are not decoded, because the checksums of the archive cover the content.
    """
    if path.suffix.lower() not in SUFFIXES:
        return True
    try:
        with Image.open(path) as image:
            image.verify()
    except _UNREADABLE:
        return False
    return True


def _record_path(folder: Path, source: Source) -> Path:
    return folder / RECORDS / f"{source.name}.csv"
