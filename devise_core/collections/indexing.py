"""Make a collection from a folder of images. What was computed before an interruption is not computed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from devise_core.collections.additions import additions
from devise_core.collections.annotations import Annotations, read_annotations
from devise_core.collections.collection_version import CollectionVersion, Encoded
from devise_core.collections.earlier_folder import FolderImages
from devise_core.collections.earlier_version import CAREFUL, INDEXED_FOLDER, Allowed, Away, EarlierVersion, source_text
from devise_core.collections.file_hashes import FileHashes
from devise_core.collections.image_files import FolderScan, cannot_read, describe, folder_given, readable, scan_folder
from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.vector_cache import CachedVectors, VectorCache
from devise_core.collections.writer import check_name
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, ImageError
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO
from devise_core.storage.paths import INDEXING_CACHE, user_collections
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.image_encoder import BATCH, ImageEncoder
from devise_core.vision.image_reader import note_on, read_date_taken, read_image, taken_on
from devise_core.vision.preprocess import Pixels
from devise_core.vision.thumbnail import thumbnail

THUMBNAIL = 384
"""The longer side of the thumbnails, in pixels."""

Progress = Callable[[int, int], None]
"""Called with the number of images done and the total."""


def index_folder(
    source: str | Path,
    name: str,
    encoder: ImageEncoder,
    progress: Progress | None = None,
    command: str = "",
    parts: ModelParts | None = None,
    include_system: bool = False,
    annotations: Sequence[Path] = (),
    store: MilvusWriter | None = None,
    allowed: Allowed = CAREFUL,
) -> IndexedFolder:
    """Make the collection ``name`` from the images below ``source``, and return a report of what was indexed and left out.

    If the collection exists and is large, only new images are added, unless earlier images have changed or are gone.

    Args:
        source: The folder. Its sub-folders become labels, unless annotations give labels.
        name: The name of the collection. A collection with this name is extended, or replaced if that is allowed.
        encoder: Computes the vectors of the images.
        progress: Called after each image.
        command: The command that makes the collection, for the manifest.
        parts: The optional parts of the model (``search/model_parts.py``), used to precompute data for faster searches.
        include_system: As for ``scan_folder``.
        annotations: Further files with labels and captions, besides those that are found in the folder.
        store: Writes the collection to Milvus. By default the collection is written to a folder.
        allowed: What may be done to an existing collection.

    Raises:
        CollectionError: The name is not allowed, the folder is missing, no image can be read, or the change is not ``allowed``.
    """
    target, scan = user_collections() / check_name(name), scan_folder(folder_given(source), include_system, annotations)
    notes = read_annotations(scan.source, scan, annotations)
    item = partial(_item, source=scan.source, notes=notes, spread=len(scan.files) > EXACT_UP_TO)
    before = store.earlier() if store else FolderImages.open(target)
    earlier = EarlierVersion.of(before, encoder.model_id, partial(Away.of, scan, item), allowed)
    check, about = partial(_check_read, scan.source), {INDEXED_FOLDER: source_text(str(scan.source))}
    result = begun(target, scan, notes)
    version = CollectionVersion(scan.files, encoder.model_id, command, parts, item, result, check, store, earlier, about)
    return _write(version, scan, encoder, progress)


def _write(version: CollectionVersion[Path], scan: FolderScan, encoder: ImageEncoder, progress: Progress | None) -> IndexedFolder:
    """Write the collection, with the vectors and hashes of earlier runs. Forget those of images that are gone.

    Images of the earlier version that cannot be read at the moment stay. If many others are gone, nothing is written.

    Args:
        version: What to write.
        scan: What is in the folder.
        encoder: Computes the vectors.
        progress: Called after each image.

    Returns:
        The report.
    """
    result, target = version.result, version.result.folder
    if version.earlier:
        version.earlier.check(map(version.item, scan.files), str(scan.source))
    cached = target.with_name(INDEXING_CACHE) / f"{target.name}.sqlite"
    with VectorCache(cached, encoder.model_id) as cache, FileHashes(cached.with_suffix(".files")) as hashes:
        new = None if version.store else additions(target, encoder.model_id, version.parts, scan.files, version.item, hashes)
        encode = partial(_encode, encoder=encoder, cache=cache, hashes=hashes, result=result, unread=scan.unread, progress=progress)
        version.write(encode, new)
        if not result.changes.kept:  # otherwise their vectors and hashes are kept too
            cache.forget_others(new.keys if new else ())
            hashes.forget_others(scan.files)
    return result


def begun(target: Path, scan: FolderScan, notes: Annotations) -> IndexedFolder:
    """Return the result before any image is read, with what is known so far.

    Args:
        target: The folder of the collection.
        scan: What was listed and left out.
        notes: What annotations say about the images.
    """
    problems, faults, summaries = [*scan.problems, *notes.problems], list(notes.faults), list(notes.summaries)
    return IndexedFolder(target, 0, problems, faults, scan.left_out, scan.left_out_folders, summaries, len(scan.unlisted))


def _check_read(source: Path, files: Sequence[Path], result: IndexedFolder) -> None:
    """Raise ``CollectionError`` if no image could be read, or if all files are gone, as when the disk is disconnected."""
    if not any(file.exists() for file in files):
        raise CollectionError(
            f"{source} has become empty. Reconnect its disk or server, and run the same command again to continue."
        )
    if not result.count:
        raise CollectionError(f"None of the {len(files)} images in {source} can be read. {result.skipped[0]}")


def _item(file: Path, source: Path, notes: Annotations, spread: bool = False) -> Item:
    path = file.relative_to(source).parts
    return describe_noted(path, "/".join(path), str(file.absolute()), notes, spread)


def describe_noted(path: Sequence[str], identity: str, origin: str, notes: Annotations, spread: bool = False) -> Item:
    """Describe an image by its path and by what annotations say about the image.

    Args:
        path: The parts of the image's path below the source.
        identity: A text that identifies the image, such as its path. A hash of this text becomes part of the id, so that images
            with the same name have different ids.
        origin: The path or URI of the image.
        notes: What annotations say about the images of the source.
        spread: Whether the thumbnails are spread over several folders, which suits very many images.

    Returns:
        The item. What annotations say takes precedence over what the path says.
    """
    mark = sha256(identity.encode(errors="surrogateescape")).hexdigest()[:10]
    item, note = describe(notes.without_split(path), mark, origin), notes.of(path)
    labels = tuple(filter(None, dict.fromkeys(readable(label) for label in note.labels)))
    return replace(
        item,
        file=item.file.replace("images/", f"images/{mark[:2]}/", 1) if spread else item.file,
        labels=labels or item.labels,
        caption=note.caption or item.caption,
        author=note.author,
        licence=note.licence,
        source=note.source or item.source,
        indexed_file=item.source if note.source and Path(item.source).is_absolute() else "",
        taken=note.taken,
    )


@dataclass(frozen=True)
class _ReadFile:
    """A file with its ``cached`` vectors, or with its pixels and thumbnail, or with the ``error`` that says why it cannot be read.

    ``note`` says what is wrong with a file that can be read although it is damaged. ``is_unread`` says whether the system cannot
    read the file, so that nothing is known about its content.
    """

    file: Path
    sha256: str = ""
    cached: CachedVectors | None = None
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    note: str = ""
    taken: str = ""
    error: str = ""
    is_unread: bool = False


def _encode(
    files: Sequence[Path],
    encoder: ImageEncoder,
    cache: VectorCache,
    hashes: FileHashes,
    result: IndexedFolder,
    unread: list[Path],
    progress: Progress | None,
) -> Encoded[Path]:
    """Yield each file that can be read, with its SHA-256 and its vectors. Other files are added to ``result.skipped``.

    Args:
        files: The files.
        encoder: Computes the vectors.
        cache: The vectors of earlier runs.
        hashes: The hashes of earlier runs.
        result: Receives the reasons for files that are skipped.
        unread: Receives the files that the system cannot read. Other files that are skipped are not images.
        progress: Called after each image.
    """
    done = 0
    for batch in read_batches(files, lambda file: _read(file, encoder, cache, hashes), BATCH):
        vectors = _vectors(batch, encoder, cache)
        hashes.save()
        for read in batch:
            done += 1
            if progress:
                progress(done, len(files))
            if read.error:
                result.skipped.append(f"{read.file}: {read.error}")
                unread += [read.file] if read.is_unread else []
            else:
                result.notes += [f"{read.file}: {read.note}"] if read.note else []
                yield read.file, read.sha256, vectors[read.sha256]


def _read(file: Path, encoder: ImageEncoder, cache: VectorCache, hashes: FileHashes) -> _ReadFile:
    try:
        key = hashes.of(file)
        cached = cache.get(key)
        if cached is not None:
            taken = read_date_taken(file) if cached.taken is None else cached.taken
            return _ReadFile(file, key, cached, note=cached.note, taken=taken)
        image = read_image(file, at_least=encoder.size, longest=THUMBNAIL)
        return _ReadFile(file, key, None, encoder.pixels(image), thumbnail(image, THUMBNAIL), note_on(image), taken_on(image))
    except ImageError as error:
        return _ReadFile(file, error=str(error))
    except OSError as error:
        return _ReadFile(file, error=cannot_read(error), is_unread=True)


def _vectors(batch: Sequence[_ReadFile], encoder: ImageEncoder, cache: VectorCache) -> dict[str, CachedVectors]:
    """Return the vectors of the images by SHA-256. Compute and store those that are not in the cache, and dates that it lacks."""
    known = {read.sha256: read.cached for read in batch if read.cached}
    new = {read.sha256: replace(read.cached, taken=read.taken) for read in batch if read.cached and read.cached.taken is None}
    if fresh := [read for read in batch if read.pixels is not None]:
        encoded = encoder.encode_checked(np.stack([read.pixels for read in fresh if read.pixels is not None]))
        for read, features, embedding in zip(fresh, encoded.features, encoded.embeddings, strict=True):
            new[read.sha256] = CachedVectors(features, embedding, read.thumbnail, read.note, read.taken)
    cache.put(new)
    return known | new
