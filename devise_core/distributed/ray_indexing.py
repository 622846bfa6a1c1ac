"""Make a collection as ``index_folder`` does, with the vectors computed on a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from devise_core.collections.additions import additions
from devise_core.collections.annotations import Annotations, read_annotations, read_given
from devise_core.collections.collection_version import CollectionVersion
from devise_core.collections.indexed_folder import IndexedFolder
from devise_core.collections.indexing import Progress, describe_noted
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.writer import check_name
from devise_core.datatypes import Item
from devise_core.distributed.image_list import ImageList, ListedImage, list_images
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

    Raises:
        CollectionError: If the name is not allowed, the source has no images, the cluster does not answer, or no image can be read.
    """
    target, listed = user_collections() / check_name(name), list_images(source, include_system, annotations)
    notes = _notes(listed, annotations)
    skipped = [*listed.problems, *notes.problems]
    result = IndexedFolder(target, 0, skipped, list(notes.faults), listed.left_out, listed.left_out_folders, list(notes.summaries))
    shards = ShardStore(target.with_name(INDEXING_CACHE) / f"{name}.shards", encoder.model_id)
    images = _embed(listed.images, shards, encoder, engine, result, progress)
    item = partial(_item, notes=notes, spread=len(images) > EXACT_UP_TO)
    version = CollectionVersion(images, encoder.model_id, command, parts, item, result, partial(_check_read, source, listed), store)
    version.write(shards.read, None if store else additions(target, encoder.model_id, parts, images, item, shards))
    shards.forget_others(listed.images)
    return result


def _notes(listed: ImageList, annotations: Sequence[Path]) -> Annotations:
    if listed.folder is None:
        return read_given(annotations, [image.parts for image in listed.images])
    return read_annotations(listed.folder, listed.scan, annotations)


def _embed(
    images: Sequence[ListedImage],
    shards: ShardStore,
    encoder: ImageEncoder,
    engine: RayEngine,
    result: IndexedFolder,
    progress: Progress | None,
) -> list[ListedImage]:
    """Embed the images that the shards lack, and return the images that the shards then have.

    An image that cannot be read is reported in ``result.skipped``, and the next run tries it again.
    """
    missing = [image for image in images if image not in shards]
    done = len(images) - len(missing)
    if not missing:
        return list(images)
    skipped = list[str]()
    with closing(engine.embedded(missing, encoder)) as tables:
        for table in tables:
            shards.write(table)
            uris, errors = (table[name].to_pylist() for name in ("uri", "error"))
            skipped += [f"{os.fsdecode(uri)}: {error}" for uri, error in zip(uris, errors, strict=True) if error]
            done += len(uris)
            if progress:
                progress(done, len(images))
    result.skipped += sorted(skipped)
    return [image for image in images if image in shards]


def _item(image: ListedImage, notes: Annotations, spread: bool) -> Item:
    return describe_noted(image.parts, image.identity, image.uri, notes, spread)


def _check_read(source: str, listed: ImageList, images: Sequence[ListedImage], result: IndexedFolder) -> None:
    if not images:
        raise CollectionError(f"None of the {len(listed.images)} images in {source} can be read. {result.skipped[0]}")
