"""Collections of a few images with each kind of file, in the format of small collections or of large ones with added images."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.collections.contract import ImageBatch
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.large_files import write_large_files
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.collections.writer import write_collection, write_manifest
from devise_core.datatypes import Item
from devise_core.engine import Engine
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout

FIRST, ADDED = 60, 6


def as_large(engine: Engine, folder: Path, target: Path) -> Path:
    """Write the first images of the collection in ``folder`` as a large collection, to which the last ``ADDED`` are added later."""
    collection, layout = engine.on(folder).collection, CollectionLayout(target)
    items, features, embeddings = collection.items[: FIRST + ADDED], collection.features, collection.embeddings
    _copy_images(folder, target, items)
    table = ItemTableWriter(layout.item_table)
    table.put(range(FIRST), items[:FIRST], [item.id for item in items[:FIRST]])
    table.finish()
    np.save(layout.embeddings, embeddings[:FIRST].astype(np.float16))
    np.save(layout.features, features[:FIRST].astype(np.float16))
    manifest = Manifest(target, about={"model": engine.model_id, "count": FIRST})
    write_manifest(manifest, write_large_files(layout, manifest, engine.parts), "a benchmark", "", "")
    added, rows = items[FIRST:], slice(FIRST, FIRST + ADDED)
    with SegmentWriter(target, "a benchmark", engine.parts) as writer:
        writer.put(ImageBatch(added, features[rows], embeddings[rows], [b""] * len(added), [item.id for item in added]))
        writer.seal()
    return target


def as_small(engine: Engine, folder: Path, target: Path) -> Path:
    """Write the first images of the collection in ``folder`` as a collection that searches with Annoy."""
    collection, count = engine.on(folder).collection, FIRST + ADDED
    items = collection.items[:count]
    _copy_images(folder, target, items)
    write_collection(
        CollectionLayout(target),
        items,
        collection.features[:count],
        collection.embeddings[:count],
        engine.model_id,
        "a benchmark",
        index=AnnoyIndex.name,
        parts=engine.parts,
    )
    return target


def _copy_images(folder: Path, target: Path, items: Sequence[Item]) -> None:
    for item in items:
        (target / item.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / item.file, target / item.file)
