"""A folder of pictures → a collection. What was computed before an interruption is not computed again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from devise_core.collections.items_file import write_items
from devise_core.collections.projection import Projections, map_names, project
from devise_core.collections.vector_cache import Cached, VectorCache
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError, ImageError
from devise_core.search.registry import default_index, index_type
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest, sha256_of
from devise_core.storage.paths import CollectionLayout, user_collections
from devise_core.vectors import Floats
from devise_core.vision.batch_reader import READERS
from devise_core.vision.image_encoder import BATCH, ImageEncoder
from devise_core.vision.image_reader import SUFFIXES, read_image
from devise_core.vision.preprocess import Pixels, to_pixels

THUMBNAIL = 384
_NAME = re.compile(r"[\w][\w .\-]{0,63}")

Progress = Callable[[int, int], None]
"""Called with how many pictures are done and how many there are."""


@dataclass
class Indexed:
    """What became of a folder: the collection's ``folder``, how many pictures are in it, and why others are not."""

    folder: Path
    count: int = 0
    skipped: list[str] = field(default_factory=list)


def index_folder(source: Path, name: str, encoder: ImageEncoder, progress: Progress | None = None, command: str = "") -> Indexed:
    """Make the collection ``name`` of the pictures below ``source``; sub-folders become labels.

    Raises ``CollectionError`` where the name cannot be one, the folder is missing, or no picture in it can be read. The
    collection appears whole at the end; an interrupted run leaves only the cache, from which the next one goes on.
    """
    target = user_collections() / check_name(name)
    files = find_pictures(source)
    result = Indexed(target)
    cache = VectorCache(user_collections() / ".cache" / f"{name}.sqlite", encoder.model_id)
    try:
        with atomic_folder(target) as folder:
            layout = CollectionLayout(folder)
            layout.images.mkdir()
            items: list[Item] = []
            vectors: list[Cached] = []
            for number, (file, found) in enumerate(_vectors(files, encoder, cache, result), 1):
                if progress:
                    progress(number, len(files))
                if found is None:
                    continue
                parts = file.relative_to(source).parts
                mark = sha256("/".join(parts).encode(errors="surrogateescape")).hexdigest()[:10]
                items.append(describe(parts, mark, str(file.absolute())))
                (folder / items[-1].file).write_bytes(found.thumbnail)
                vectors.append(found)
            if not items:
                raise CollectionError(f"None of the {len(files)} pictures in {source} can be read: {result.skipped[0]}")
            write_collection(
                layout,
                items,
                np.stack([v.features for v in vectors]),
                np.stack([v.embedding for v in vectors]),
                encoder.model_id,
                command,
                before=CollectionLayout(target),
            )
    finally:
        cache.close()
    result.count = len(items)
    return result


def write_collection(
    layout: CollectionLayout,
    items: Sequence[Item],
    features: Floats,
    embeddings: Floats,
    model: str,
    command: str,
    source: str = "your own pictures",
    licence: str = "",
    before: CollectionLayout | None = None,
    index: str = "",
) -> None:
    """Write everything but the pictures themselves. ``features`` ``(n, f)`` and ``embeddings`` ``(n, d)``.

    The maps are those of the collection ``before`` where that has the same vectors.
    """
    if not len(items) == len(features) == len(embeddings):
        raise ValueError(f"{len(items)} items, {len(features)} features and {len(embeddings)} embeddings must be as many.")
    write_items(layout.items, items)
    np.save(layout.embeddings, embeddings.astype(np.float32))
    np.save(layout.features, features.astype(np.float16))
    kind = index_type(index or default_index(len(items)))
    kind.build(embeddings, layout.embedding_index)
    kind.build(features, layout.feature_index)
    (_maps_kept(before, embeddings) or project(embeddings)).save(layout.projections)
    manifest = Manifest(layout.root, about={"model": model, "count": len(items), "index": kind.name})
    index_files = (layout.embedding_index, layout.feature_index) if kind.has_file else ()
    for path in (layout.items, layout.embeddings, layout.features, *index_files, layout.projections):
        manifest.add(path, command, source, licence)
    manifest.write()


def _maps_kept(before: CollectionLayout | None, embeddings: Floats) -> Projections | None:
    if before is None or not before.embeddings.is_file():
        return None
    with suppress(ArtifactError, OSError, ValueError):
        ok = Manifest.read(before.root).verified
        kept = Projections.read(ok(before.projections), len(embeddings))
        if np.array_equal(np.load(ok(before.embeddings)), embeddings) and set(kept.places) == set(map_names(len(embeddings))):
            return kept
    return None


def find_pictures(source: Path) -> list[Path]:
    """Every picture file below ``source``, in order of path. Raises ``CollectionError`` where there is none."""
    if not source.is_dir():
        raise CollectionError(f"There is no folder {source}: give the folder your pictures are in.")
    files = sorted(
        path
        for path in source.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(source).parts)
    )
    if not files:
        raise CollectionError(f"There are no pictures in {source}: files ending in {', '.join(SUFFIXES)} are read.")
    return files


def check_name(name: str) -> str:
    """``name`` itself where it can name a folder. Raises ``CollectionError``."""
    if not _NAME.fullmatch(name) or name != name.strip():
        raise CollectionError(
            "A collection's name has up to 64 letters, digits, spaces, dots or hyphens, and begins with a "
            f"letter or digit. Received: {name!r}."
        )
    return name


def _vectors(
    files: Sequence[Path],
    encoder: ImageEncoder,
    cache: VectorCache,
    result: Indexed,
) -> Iterator[tuple[Path, Cached | None]]:
    """Each file with its vectors and thumbnail, or with None where it cannot be read; a batch at a time."""
    encoder.load()
    rest = iter(files)
    with ThreadPoolExecutor(READERS) as readers:
        ahead = list(readers.map(lambda file: _read(file, encoder, cache), islice(rest, BATCH)))
        while ahead:
            following = [readers.submit(_read, file, encoder, cache) for file in islice(rest, BATCH)]
            yield from _encoded(ahead, encoder, cache, result)
            ahead = [read.result() for read in following]


@dataclass(frozen=True)
class _Read:
    file: Path
    key: str = ""
    cached: Cached | None = None
    pixels: Pixels | None = None
    thumbnail: bytes = b""
    error: str = ""


def _read(file: Path, encoder: ImageEncoder, cache: VectorCache) -> _Read:
    try:
        key = sha256_of(file)
        cached = cache.get(key)
        if cached is not None:
            return _Read(file, key, cached)
        image = read_image(file, at_least=THUMBNAIL)
        return _Read(file, key, None, to_pixels(image, encoder.size), thumbnail(image))
    except (ImageError, OSError) as error:
        return _Read(file, error=str(error))


def _encoded(
    read: Sequence[_Read],
    encoder: ImageEncoder,
    cache: VectorCache,
    result: Indexed,
) -> Iterator[tuple[Path, Cached | None]]:
    fresh = [one for one in read if one.pixels is not None]
    new: dict[str, Cached] = {}
    if fresh:
        encoded = encoder.encode_pixels(np.stack([one.pixels for one in fresh if one.pixels is not None]))
        new = {one.key: Cached(encoded.features[row], encoded.embeddings[row], one.thumbnail) for row, one in enumerate(fresh)}
        cache.put(new)
    for one in read:
        if one.error:
            result.skipped.append(f"{one.file}: {one.error}")
            yield one.file, None
        else:
            yield one.file, one.cached or new[one.key]


def thumbnail(image: Image.Image, longest: int = THUMBNAIL) -> bytes:
    """WebP bytes of a copy at most ``longest`` pixels wide and high."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=82)
    return buffer.getvalue()


def describe(parts: Sequence[str], mark: str, source: str = "") -> Item:
    """The item of a file whose path is ``parts``: its folders become labels, the nearest first, and its name the caption.

    ``mark`` makes its id one of its own: of a file from the path, so that links and ``like:`` hold when others are added.
    """
    folders, stem = parts[:-1], Path(parts[-1]).stem
    labels = tuple(filter(None, dict.fromkeys(_spoken(folder) for folder in reversed(folders))))
    slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "picture"
    identity = f"{slug[:40]}-{mark}"
    return Item(identity, f"images/{identity}.webp", labels, "/".join(folders), _spoken(stem), source=source)


def _spoken(name: str) -> str:
    return re.sub(r"[\s_\-]+", " ", name).strip().lower()
