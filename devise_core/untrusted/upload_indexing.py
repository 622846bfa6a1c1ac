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
"""The longer side, in pixels, of the thumbnail that is kept of an image."""
_AHEAD = 2 * READERS - 1  # how many files are decoded ahead; kept small because files may be large
_ZIP = (b"PK\3\4", b"PK\5\6")

File = tuple[str, bytes]
"""A path, whose folders become labels, and the file's content."""
Progress = Callable[[int, str], None]
"""Called with the number of files read so far, and the name of the last one."""
Slot = Callable[[int], AbstractContextManager[None]]
"""Called with the number of images before each call of the model. The call happens inside the context."""

Titles = Callable[[Encoded], Sequence[str]]
"""Called with the encoded images of a batch. Returns a title for each."""


@dataclass
class IndexedUploads:
    """The images of a session after some files were added.

    Attributes:
        images: The images from before, then the new ones.
        new: How many are new.
        again: How many files were already there. Files are compared by SHA-256.
        skipped: A sentence for each file that cannot be read, which begins with the file's name. For a zip, one more
            sentence counts its files of other kinds, such as videos.
        notes: A sentence for each image that was read although its file is damaged, which begins with the file's name.
        full: Why no more images were taken, or "".
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
    """Add the images of ``files`` to those of ``before``, as far as ``limits`` allows, and return all of them.

    Zips are replaced by the images in them. Nothing is raised for a file that cannot be read: ``skipped`` names it.

    Args:
        files: Taken one at a time, so that a generator need not hold all of them.
        encoder: Gives the images their vectors.
        limits: How many images and bytes a session may hold.
        before: The images that the session has already.
        progress: Called after each file.
        read: Decodes one file, and raises ``ImageError`` if it cannot.
        slot: A context manager that waits for the model when several sessions use it. If it raises ``BusyError``, the batch is
            skipped.
        titles: Says what each encoded image shows, or "" if it is not sure.
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
    return result


@dataclass(frozen=True)
class _Decoded:
    """A file with what the model needs of it, or the ``error`` that says why it cannot be read.

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
    """Yield each file, until nobody waits for the result."""
    for file in decoded:
        job.check()
        yield file


def _batches(
    decoded: Iterable[_Decoded], limits: Settings, result: IndexedUploads, progress: Progress | None
) -> Iterator[list[_Decoded]]:
    """Yield the new and readable files in batches. Stop at the image limit and say so in ``result.full``."""
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
    """Yield each file, or each image in it if it is a zip. Problems with a zip are added to ``result.skipped``."""
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
    """Encode ``batch`` and add it to ``result``. Stop at the limit in bytes and say so in ``result.full``."""
    try:
        with slot(len(batch)):
            encoded = encoder.encode_pixels(np.stack([file.pixels for file in batch if file.pixels is not None]))
    except BusyError as error:  # the earlier batches are kept, and the visitor may upload this one again
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
