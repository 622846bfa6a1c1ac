"""Make a collection from a folder of images. What was computed before an interruption is not computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np

from devise_core.collections.additions import Additions, additions
from devise_core.collections.annotations import Annotations, read_annotations
from devise_core.collections.contract import ImageBatch, StoreWriter
from devise_core.collections.file_hashes import FileHashes
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.image_files import describe, readable, scan_folder
from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.collections.vector_cache import CachedVectors, VectorCache
from devise_core.collections.writer import check_name
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, ImageError
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO
from devise_core.storage.paths import user_collections
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.image_encoder import BATCH, ImageEncoder
from devise_core.vision.image_reader import read_image
from devise_core.vision.preprocess import Pixels
from devise_core.vision.thumbnail import thumbnail

THUMBNAIL = 384
"""The longer side of the thumbnails, in pixels."""
_WRITTEN_TOGETHER = 256

Progress = Callable[[int, int], None]
"""Called with the number of images done and the total."""


def index_folder(
    source: Path,
    name: str,
    encoder: ImageEncoder,
    progress: Progress | None = None,
    command: str = "",
    parts: ModelParts | None = None,
    include_system: bool = False,
    annotations: Sequence[Path] = (),
    store: MilvusWriter | None = None,
) -> IndexedFolder:
    """Make the collection ``name`` from the images below ``source``. Sub-folders become labels, unless annotations give some.

    To a large collection only new images are added, unless others have changed or gone. After an interruption it continues.

    Args:
        source: The folder.
        name: The name of the collection. An existing one is replaced.
        encoder: Gives the images their vectors.
        progress: Called after each image.
        command: For the manifest.
        parts: Used to precompute what makes searches faster.
        include_system: As for ``scan_folder``.
        annotations: Files with labels and captions, beside those that ``read_annotations`` finds in the folder.
        store: Writes it to Milvus. By default it is written to a folder.

    Raises:
        CollectionError: The name is not allowed, the folder is missing or goes away, or no image can be read.
    """
    target, scan = user_collections() / check_name(name), scan_folder(source, include_system)
    cached, notes = target.with_name(".cache") / f"{name}.sqlite", read_annotations(source, annotations, scan.files)
    result = IndexedFolder(target, skipped=[*scan.problems, *notes.problems], left_out=scan.left_out)
    item = partial(_item, source=source, notes=notes, spread=len(scan.files) > EXACT_UP_TO)
    version = _Version(source, scan.files, encoder.model_id, command, parts, item, result, store)
    with VectorCache(cached, encoder.model_id) as cache, FileHashes(cached.with_suffix(".files")) as hashes:
        new = None if store else additions(target, encoder.model_id, parts, scan.files, item, hashes)
        version.write(partial(_encode, encoder=encoder, cache=cache, hashes=hashes, result=result, progress=progress), new)
        cache.forget_others(new.keys if new else ())
        hashes.forget_others(scan.files)
    return result


Encoded = Iterator[tuple[Path, str, CachedVectors]]
"""Files with their SHA-256 and vectors."""


@dataclass(frozen=True)
class _Version:
    """A version of a collection that is to be written."""

    source: Path
    files: Sequence[Path]
    model_id: str
    command: str
    parts: ModelParts | None
    item: Callable[[Path], Item]
    result: IndexedFolder
    store: MilvusWriter | None

    def write(self, encode: Callable[[Sequence[Path]], Encoded], new: Additions | None) -> None:
        """Add what is ``new`` to the collection, or write all of it. The report lists what cannot be read."""
        result = self.result
        if new is None:
            with self.store or FolderWriter(result.folder, self.model_id, self.command, self.parts) as whole:
                result.count = _write_images(encode(self.files), whole, self.item)
                _check_read(self.source, self.files, result)
                if isinstance(whole, FolderWriter):
                    result.write_report(whole.folder)
                else:
                    whole.forget_others()
                whole.seal()
            return
        with SegmentWriter(result.folder, self.command, self.parts) as adding:
            result.count = len(new.keys) + _write_images(encode(new.files), adding, self.item)
            adding.seal()
        result.write_report(result.folder)


def _check_read(source: Path, files: Sequence[Path], result: IndexedFolder) -> None:
    """Refuse a folder that has become empty, as when a disk is disconnected during the run, or of which nothing can be read."""
    if not any(file.exists() for file in files):
        raise CollectionError(f"{source} has become empty. Connect its disk or server, and run the same command to continue.")
    if not result.count:
        raise CollectionError(f"None of the {len(files)} images in {source} can be read. {result.skipped[0]}")


def _write_images(encoded: Encoded, writer: StoreWriter, item: Callable[[Path], Item]) -> int:
    """Write each image, a batch at a time. Return how many there are.

    Args:
        encoded: The files with their SHA-256 and vectors.
        writer: Takes the images.
        item: Describes a file.
    """
    count = 0
    while batch := list(islice(encoded, _WRITTEN_TOGETHER)):
        items = [item(file) for file, _, _ in batch]
        images = [image for _, _, image in batch]
        features, embeddings = np.stack([image.features for image in images]), np.stack([image.embedding for image in images])
        keys = [key for _, key, _ in batch]
        writer.put(ImageBatch(items, features, embeddings, [image.thumbnail for image in images], keys))
        count += len(batch)
    return count


def _item(file: Path, source: Path, notes: Annotations, spread: bool = False) -> Item:
    """Describe ``file`` by its path below ``source``, and by what is noted about it.

    A hash of the path distinguishes files with the same name. The thumbnails of very many are ``spread`` over several folders.
    """
    parts = file.relative_to(source).parts
    mark = sha256("/".join(parts).encode(errors="surrogateescape")).hexdigest()[:10]
    item, note = describe(notes.without_split(parts), mark, str(file.absolute())), notes.of(parts)
    labels = tuple(filter(None, dict.fromkeys(readable(label) for label in note.labels)))
    return replace(
        item,
        file=item.file.replace("images/", f"images/{mark[:2]}/", 1) if spread else item.file,
        labels=labels or item.labels,
        caption=note.caption or item.caption,
        author=note.author,
        licence=note.licence,
        source=note.source or item.source,
    )


@dataclass(frozen=True)
class _ReadFile:
    """A file with its ``cached`` vectors, or its ``pixels`` and ``thumbnail``, or the ``error`` that says what is wrong."""

    file: Path
    sha256: str = ""
    cached: CachedVectors | None = None
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    error: str = ""


def _encode(
    files: Sequence[Path],
    encoder: ImageEncoder,
    cache: VectorCache,
    hashes: FileHashes,
    result: IndexedFolder,
    progress: Progress | None,
) -> Encoded:
    """Yield each file that can be read, with its SHA-256 and its vectors. The others go to ``result.skipped``."""
    done = 0
    for batch in read_batches(files, lambda file: _read(file, encoder, cache, hashes), BATCH):
        computed = _compute(batch, encoder)
        cache.put(computed)
        hashes.save()
        for read in batch:
            done += 1
            if progress:
                progress(done, len(files))
            if read.error:
                result.skipped.append(f"{read.file}: {read.error}")
            else:
                yield read.file, read.sha256, read.cached or computed[read.sha256]


def _read(file: Path, encoder: ImageEncoder, cache: VectorCache, hashes: FileHashes) -> _ReadFile:
    try:
        key = hashes.of(file)
        cached = cache.get(key)
        if cached is not None:
            return _ReadFile(file, key, cached)
        image = read_image(file, at_least=THUMBNAIL)
        return _ReadFile(file, key, None, encoder.pixels(image), thumbnail(image, THUMBNAIL))
    except (ImageError, OSError) as error:
        return _ReadFile(file, error=str(error))


def _compute(batch: Sequence[_ReadFile], encoder: ImageEncoder) -> dict[str, CachedVectors]:
    """SHA-256 → vectors for those of ``batch`` that the cache lacks."""
    fresh = [read for read in batch if read.pixels is not None]
    if not fresh:
        return {}
    encoded = encoder.encode_pixels(np.stack([read.pixels for read in fresh if read.pixels is not None]))
    return {
        read.sha256: CachedVectors(encoded.features[row], encoded.embeddings[row], read.thumbnail) for row, read in enumerate(fresh)
    }
