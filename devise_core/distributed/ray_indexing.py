"""Make a collection as ``index_folder`` does, with the vectors computed on a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from devise_core.collections.additions import additions
from devise_core.collections.annotations import Annotations, read_annotations, read_given
from devise_core.collections.collection_version import CollectionVersion
from devise_core.collections.earlier_folder import FolderImages
from devise_core.collections.earlier_version import CAREFUL, INDEXED_FOLDER, Allowed, Away, EarlierVersion, source_text
from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.indexing import Progress, begun, describe_noted
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.writer import check_name
from devise_core.datatypes import Item
from devise_core.distributed.image_list import ImageList, ListedImage, list_images, listed_file
from devise_core.distributed.ray_engine import RayEngine
from devise_core.distributed.shards import ShardStore
from devise_core.errors import CollectionError
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO
from devise_core.storage.paths import INDEXING_CACHE, user_collections
from devise_core.vision.image_encoder import ImageEncoder


def index_with_ray(
    engine: RayEngine,
    source: str,
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
    """Make the collection ``name`` from images in a folder, a list or a bucket. Return their number and what was left out.

    Args:
        engine: How to run on Ray.
        source: As for ``list_images``.
        name: The name of the collection. An existing collection is added to if ``additions`` allows it, or else replaced.
        encoder: The model. Each process loads a copy.
        progress: Called after each task.
        command: The command line to record in the manifest.
        parts: The parts of the model, used to precompute data for faster searches.
        include_system: As for ``scan_folder``.
        annotations: Files with labels and captions.
        store: Writes the collection to Milvus. By default the collection is written to a folder.
        allowed: What may be done to an existing collection.

    Raises:
        CollectionError: No image can be read, the cluster does not answer, or the name or the change is not allowed.
    """
    target, listed = user_collections() / check_name(name), list_images(source, include_system, annotations)
    notes = _notes(listed, annotations)
    item = partial(_item, notes=notes, spread=len(listed.images) > EXACT_UP_TO)
    before = store.earlier() if store else FolderImages.open(target)
    earlier = EarlierVersion.of(before, encoder.model_id, partial(_away, listed, item), allowed)
    check, about = partial(_check_read, source), {INDEXED_FOLDER: source_text(source)}
    result = begun(target, listed.scan, notes)
    version = CollectionVersion(listed.images, encoder.model_id, command, parts, item, result, check, store, earlier, about)
    return _write(version, source, listed, engine, encoder, progress)


def _write(
    version: CollectionVersion[ListedImage],
    source: str,
    listed: ImageList,
    engine: RayEngine,
    encoder: ImageEncoder,
    progress: Progress | None,
) -> IndexedFolder:
    """Embed the images and write the collection. Forget the vectors of images that are gone, unless some images were kept.

    Images of the earlier version that cannot be read at the moment stay. If many others are gone, nothing is embedded or written.
    """
    result, target = version.result, version.result.folder
    if version.earlier:
        version.earlier.check(map(version.item, listed.images), source)
    shards = ShardStore(target.with_name(INDEXING_CACHE) / f"{target.name}.shards", encoder.model_id)
    images = _embed(listed, shards, encoder, engine, result, progress)
    new = None if version.store else additions(target, encoder.model_id, version.parts, images, version.item, shards)
    version.write(shards.read, new)
    if not result.changes.kept:
        shards.forget_others(listed.images)
    return result


def _away(listed: ImageList, item: Callable[[ListedImage], Item]) -> Away:
    """Return what cannot be read at the moment, as far as this is known."""
    away = Away.of(listed.scan, lambda file: item(listed_file(file, listed.scan.source)))
    away.ids |= {item(image).id for image in listed.unread}
    return away


def _notes(listed: ImageList, annotations: Sequence[Path]) -> Annotations:
    if listed.folder is None:
        return read_given(annotations, [image.parts for image in listed.images])
    return read_annotations(listed.folder, listed.scan, annotations)


def _embed(
    listed: ImageList,
    shards: ShardStore,
    encoder: ImageEncoder,
    engine: RayEngine,
    result: IndexedFolder,
    progress: Progress | None,
) -> list[ListedImage]:
    """Embed the images that the shards lack, and return the images that the shards then have.

    An image that cannot be read is reported in ``result.skipped``, and the next run tries it again. If it may be readable later, it
    is added to ``listed.unread``.
    """
    images = listed.images
    missing = {image.uri: image for image in images if image not in shards}
    done = len(images) - len(missing)
    if not missing:
        return images
    skipped = list[str]()
    with closing(engine.embedded(list(missing.values()), encoder)) as tables:
        for table in tables:
            shards.write(table)
            rows = table.select(["uri", "error", "unread"]).to_pylist()
            for uri, row in ((os.fsdecode(row["uri"]), row) for row in rows):
                skipped += [f"{uri}: {row['error']}"] if row["error"] else []
                listed.unread += [missing[uri]] if row["unread"] else []
            done += len(rows)
            if progress:
                progress(done, len(images))
    result.skipped += sorted(skipped)
    return [image for image in images if image in shards]


def _item(image: ListedImage, notes: Annotations, spread: bool) -> Item:
    return describe_noted(image.parts, image.identity, image.uri, notes, spread)


def _check_read(source: str, images: Sequence[ListedImage], result: IndexedFolder) -> None:
    if not result.count:
        raise CollectionError(f"None of the {len(images)} images in {source} can be read. {result.skipped[0]}")
