"""A visitor's uploaded files → photos in memory, as far as the limits allow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Protocol

import numpy as np
from PIL import Image

from devise_core.collections.in_memory import Photo
from devise_core.collections.indexing import describe, thumbnail
from devise_core.errors import BusyError, CollectionError, ImageError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.zip_reader import pictures_in_zip
from devise_core.vision.image_encoder import BATCH, READERS, Encoded
from devise_core.vision.preprocess import Pixels, to_pixels

THUMBNAIL = 256
_AHEAD = 2 * READERS  # files held at a time while they are decoded
_ZIP = (b"PK\3\4", b"PK\5\6")

File = tuple[str, bytes]
"""A path, whose folders become labels, and what is in the file."""
Progress = Callable[[int, str], None]
"""Called with how many files were read, and the name of the last."""


class Pixelwise(Protocol):
    """What of an ``ImageEncoder`` is needed here: its ``size``, and pictures of that size → vectors."""

    @property
    def size(self) -> int: ...

    def encode_pixels(self, pixels: Pixels) -> Encoded: ...


@dataclass
class Gathered:
    """``photos``: those there were and the new ones. ``full``: why no more were taken, if so."""

    photos: list[Photo]
    new: int = 0
    again: int = 0
    skipped: list[str] = field(default_factory=list)
    full: str = ""


def gather(
    files: Iterable[File],
    encoder: Pixelwise,
    limits: Settings,
    before: Sequence[Photo] = (),
    progress: Progress | None = None,
    read: Callable[[bytes], Image.Image] = read_upload,
) -> Gathered:
    """Add the pictures of ``files``, zips among them, to those of ``before``, as far as ``limits`` allows.

    A file that cannot be read is named in ``skipped``, one that is there already counted in ``again``; nothing is raised for it.
    """
    found, known = Gathered(list(before)), {photo.key for photo in before}
    waiting: list[_Read] = []
    for number, one in enumerate(_ahead(_unpacked(files, limits, found), encoder, read), 1):
        if len(found.photos) + len(waiting) >= limits.collection_images:
            found.full = f"At most {limits.collection_images} pictures are kept in a visit: the rest was left out."
            break
        if progress:
            progress(number, one.name)
        if one.key in known:
            found.again += 1
        elif one.pixels is None:
            found.skipped.append(f"{one.name}: {one.error}")
        else:
            known.add(one.key)
            waiting.append(one)
        if len(waiting) == BATCH and not _take(found, waiting, encoder, limits):
            break
    _take(found, waiting, encoder, limits)
    return found


@dataclass(frozen=True)
class _Read:
    name: str
    key: str
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    error: str = ""


def _unpacked(files: Iterable[File], limits: Settings, found: Gathered) -> Iterator[File]:
    """The files, and of a zip its pictures; what is wrong with the zip goes to ``found.skipped``."""
    for name, data in files:
        if not (data.startswith(_ZIP) or name.lower().endswith(".zip")):
            yield name, data
            continue
        try:
            yield from pictures_in_zip(data, limits)
        except CollectionError as error:
            found.skipped.append(f"{name}: {error}")


def _ahead(files: Iterable[File], encoder: Pixelwise, read: Callable[[bytes], Image.Image]) -> Iterator[_Read]:
    """Each file read, in order, a few at a time: what is still packed stays packed until its turn."""

    def one(file: File) -> _Read:
        name, data = file
        key = hashlib.sha256(data).hexdigest()
        try:
            image = read(data)
        except ImageError as error:
            return _Read(name, key, error=str(error))
        return _Read(name, key, to_pixels(image, encoder.size), thumbnail(image, THUMBNAIL))

    rest = iter(files)
    with ThreadPoolExecutor(READERS) as readers:
        while some := list(islice(rest, _AHEAD)):
            yield from readers.map(one, some)


def _take(found: Gathered, waiting: list[_Read], encoder: Pixelwise, limits: Settings) -> bool:
    """Encode what is ``waiting`` and add it; whether there is room for more."""
    if waiting:
        try:
            encoded = encoder.encode_pixels(np.stack([one.pixels for one in waiting if one.pixels is not None]))
        except BusyError as error:  # those before are kept, and these may be dropped again
            found.skipped += [f"{one.name}: {error}" for one in waiting]
            waiting.clear()
            return True
        for row, one in enumerate(waiting):
            item = describe(PurePosixPath(one.name).parts or ("picture",), f"{len(found.photos):05d}")
            photo = Photo(item, one.key, one.thumbnail, encoded.features[row], encoded.embeddings[row])
            if sum(kept.bytes for kept in found.photos) + photo.bytes > limits.session_bytes:
                found.full = f"A visit may hold {limits.session_bytes / 1e6:.0f} MB of pictures: the rest was left out."
                break
            found.photos.append(photo)
            found.new += 1
        waiting.clear()
    return not found.full
