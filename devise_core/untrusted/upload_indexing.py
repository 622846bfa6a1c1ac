"""A session's uploaded files become images in memory, as far as the limits allow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from devise_core.collections.image_files import describe
from devise_core.collections.in_memory import InMemoryImage, UploadedItem
from devise_core.errors import BusyError, CollectionError, ImageError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.job import Job
from devise_core.untrusted.zip_reader import images_in_zip
from devise_core.vision.batch_reader import READERS, read_ahead
from devise_core.vision.blank import is_blank
from devise_core.vision.image_encoder import BATCH, Encoded, ImageEncoder
from devise_core.vision.image_reader import note_on
from devise_core.vision.preprocess import Pixels
from devise_core.vision.thumbnail import thumbnail

THUMBNAIL = 256
"""The longer side, in pixels, of the thumbnail that is kept for each image."""
_AHEAD = 2 * READERS - 1  # how many files are decoded ahead; kept small because files may be large
_ZIP = (b"PK\3\4", b"PK\5\6")

File = tuple[str, bytes]
"""The path of a file, and its content. The folders in the path become labels."""
Progress = Callable[[int, str], None]
"""Called with the number of files read so far, and the name of the last file."""
Slot = Callable[[int], AbstractContextManager[None]]
"""Called before each call of the model, with the number of images to encode. The model runs inside the returned context."""

Titles = Callable[[Encoded], Sequence[str]]
"""Called with the encoded images of a batch. Returns a title for each image."""


@dataclass
class IndexedUploads:
    """The images of a session after some files were added.

    Attributes:
        images: The images from before, then the new ones.
        new: How many of ``images`` were added.
        again: How many files were left out because the session already has an image from the same bytes (by SHA-256).
        skipped: A sentence for each file that could not be read or encoded. The sentence begins with the file's name. For a zip,
            one more sentence counts the files that are not images, such as videos.
        notes: A sentence for each image that was read although its file is damaged. The sentence begins with the file's name.
        full: Why no more files are accepted, or "" if the limits are not reached.
    """

    images: list[InMemoryImage]
    new: int = 0
    again: int = 0
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    full: str = ""


def index_uploads(
    files: Iterable[File],
    encoder: ImageEncoder,
    limits: Settings,
    before: Sequence[InMemoryImage] = (),
    progress: Progress | None = None,
    read: Callable[[bytes], Image.Image] = read_upload,
    slot: Slot = lambda _: nullcontext(),
    titles: Titles = lambda encoded: [""] * len(encoded.embeddings),
    job: Job | None = None,
) -> IndexedUploads:
    """Add the images of ``files`` to those of ``before``, as far as ``limits`` allows, and return all images.

    A zip is replaced by the images in it. A file that cannot be read raises no error. ``skipped`` of the result names the file.

    Args:
        files: The files. They are read a few at a time, so that a generator need not hold all of them.
        encoder: Computes the vectors of the images.
        limits: How many images and bytes a session may hold.
        before: The images that the session already has.
        progress: Called after each file.
        read: Decodes one file, or raises ``ImageError`` if the file cannot be decoded.
        slot: A context manager that waits for the model when several sessions use it. If it raises ``BusyError``, the batch is
            skipped.
        titles: Returns what each encoded image shows, or "" for an image if that is uncertain.
        job: The session that the files are indexed for. It is checked after each file.

    Raises:
        AbandonedError: The visitor has left.
    """
    result, job = IndexedUploads(list(before)), job or Job()
    with closing(read_ahead(_unzipped(files, limits, result), lambda file: _decode(file, encoder, read), _AHEAD)) as decoded:
        for batch in _batches(_while_wanted(decoded, job), limits, result, progress):
            job.check()
            _add(result, batch, encoder, limits, slot, titles)
            if result.full:
                break
    if not result.full and len(result.images) >= limits.collection_images:
        result.full = f"A session holds at most {limits.collection_images} pictures. Delete yours to add others."
    return result


@dataclass(frozen=True)
class _Decoded:
    """A decoded file with the ``pixels`` that the model reads, or the ``error`` that says why the file cannot be read.

    ``blank`` is what ``is_blank`` returned for the image.
    """

    name: str
    key: str
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    blank: bool = False
    note: str = ""
    error: str = ""


def _while_wanted(decoded: Iterable[_Decoded], job: Job) -> Iterator[_Decoded]:
    """Yield each file. Raise ``AbandonedError`` as soon as nobody waits for the result."""
    for file in decoded:
        job.check()
        yield file


def _batches(
    decoded: Iterable[_Decoded], limits: Settings, result: IndexedUploads, progress: Progress | None
) -> Iterator[list[_Decoded]]:
    """Yield the files that are new and readable, in batches. Stop at the limit on images and say so in ``result.full``."""
    known = {image.key for image in result.images}
    batch: list[_Decoded] = []
    for number, file in enumerate(decoded, 1):
        if len(result.images) + len(batch) >= limits.collection_images:
            result.full = f"A session holds at most {limits.collection_images} pictures. The others were left out."
            break
        if progress:
            progress(number, file.name)
        if file.key in known:
            result.again += 1
        elif file.pixels is None:
            result.skipped.append(f"{file.name}: {file.error}")
        else:
            known.add(file.key)
            batch.append(file)
            result.notes += [f"{file.name}: {file.note}"] if file.note else []
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _unzipped(files: Iterable[File], limits: Settings, result: IndexedUploads) -> Iterator[File]:
    """Yield each file, or each image in the file if the file is a zip. Problems with a zip are added to ``result.skipped``."""
    for name, data in files:
        if not (data.startswith(_ZIP) or name.lower().endswith(".zip")):
            yield name, data
            continue
        try:
            yield from images_in_zip(data, limits, result.skipped.append, name)
        except CollectionError as error:
            result.skipped.append(f"{name}: {error}")


def _decode(file: File, encoder: ImageEncoder, read: Callable[[bytes], Image.Image]) -> _Decoded:
    name, data = file
    key = hashlib.sha256(data).hexdigest()
    try:
        image = read(data)
    except ImageError as error:
        return _Decoded(name, key, error=str(error))
    return _Decoded(name, key, encoder.pixels(image), thumbnail(image, THUMBNAIL), is_blank(image), note_on(image))


def _add(
    result: IndexedUploads, batch: Sequence[_Decoded], encoder: ImageEncoder, limits: Settings, slot: Slot, titles: Titles
) -> None:
    """Encode ``batch`` and add it to ``result``. Stop at the limit on bytes and say so in ``result.full``."""
    try:
        with slot(len(batch)):
            encoded = encoder.encode_checked(np.stack([file.pixels for file in batch if file.pixels is not None]))
    except BusyError as error:  # the earlier batches are kept, and the visitor may upload this batch again
        result.skipped += [f"{file.name}: {error}" for file in batch]
        return
    for row, (file, title) in enumerate(zip(batch, titles(encoded), strict=True)):
        described = describe(PurePosixPath(file.name).parts or ("picture",), f"{len(result.images):05d}")
        item = UploadedItem.titled(described, title, file.blank)
        image = InMemoryImage(item, file.key, file.thumbnail, encoded.features[row], encoded.embeddings[row])
        if sum(kept.nbytes for kept in result.images) + image.nbytes > limits.session_bytes:
            result.full = f"A session holds at most {limits.session_bytes / 1e6:.0f} MB of pictures. The others were left out."
            return
        result.images.append(image)
        result.new += 1
