"""Read a large collection whose parts are the first images and the segments (``segments.py``)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.collections.caption_index import CaptionIndex, JoinedCaptions
from devise_core.collections.item_table import ItemTable, StoredItems
from devise_core.collections.joined_items import JoinedItems
from devise_core.collections.projection import Projections
from devise_core.collections.segments import layouts
from devise_core.collections.stored_maps import read_maps
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout


def open_items(layout: CollectionLayout, manifest: Manifest) -> StoredItems:
    """Open the tables of items of all parts. Raises ``ArtifactError`` if a table is damaged or has the wrong number of items."""
    parts = layouts(layout, manifest.about)
    tables = [ItemTable(manifest.glanced(each.item_table)) for each in parts]
    for each, table in zip(parts, tables, strict=True):
        check_count(layout, each, manifest, len(table))
    return JoinedItems(tables) if len(tables) > 1 else tables[0]


def check_count(layout: CollectionLayout, part: CollectionLayout, manifest: Manifest, count: int) -> None:
    """Check that a part of a collection has as many items as it has embeddings according to the manifest.

    Args:
        layout: The collection.
        part: The folder of the part.
        manifest: The manifest of the collection.
        count: The number of items in the part.

    Raises:
        ArtifactError: The numbers differ.
    """
    entry = manifest.files.get(part.embeddings.relative_to(layout.root).as_posix())
    if entry and entry.shape and entry.shape[0] != count:
        raise ArtifactError(f"{part.root} lists {count} images, and {entry.shape[0]} embeddings. Make the collection again.")


def open_maps(layout: CollectionLayout, manifest: Manifest, items: Sequence[Item]) -> Projections:
    """Read the maps of the first images, with the places of the images that were added.

    Args:
        layout: The collection.
        manifest: The manifest of the collection.
        items: The items of all parts.

    Returns:
        The maps, with a place for each item.

    Raises:
        ArtifactError: A file is damaged, or the maps of the parts do not belong together.
    """
    each = zip(layouts(layout, manifest.about), _counts(items), strict=True)
    entry = manifest.files.get(layout.embeddings.name)
    dimension = entry.shape[-1] if entry and entry.shape else None
    parts = [read_maps(manifest.glanced(part.projections), count, dimension) for part, count in each]
    first = parts[0]
    if len(parts) == 1:
        return first
    if any(not first.places.keys() <= part.places.keys() or part.clusters.shape[1:] != first.clusters.shape[1:] for part in parts):
        raise ArtifactError(f"The maps of {layout.root} do not belong together. Make the collection again.")
    places = {name: np.concatenate([part.places[name] for part in parts]) for name in first.places}
    clusters = np.concatenate([part.clusters for part in parts])
    return Projections(places, first.trustworthiness, first.matrix, first.offset, clusters, first.anchors)


def open_captions(layout: CollectionLayout, manifest: Manifest, items: Sequence[Item]) -> CaptionIndex:
    """Open the indexes over the captions.

    Args:
        layout: The collection.
        manifest: The manifest of the collection.
        items: The items of all parts.

    Returns:
        One index over all parts.

    Raises:
        ArtifactError: A file is damaged.
    """
    parts = [CaptionIndex.open(manifest.glanced(part.captions)) for part in layouts(layout, manifest.about)]
    starts = np.cumsum([0, *_counts(items)[:-1]]).tolist()
    return JoinedCaptions(list(zip(starts, parts, strict=True))) if len(parts) > 1 else parts[0]


def _counts(items: Sequence[Item]) -> list[int]:
    return [len(table) for table in items.tables] if isinstance(items, JoinedItems) else [len(items)]
