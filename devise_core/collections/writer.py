"""Write the files of a collection: its items, vectors, indexes and maps, and the manifest that seals them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.items_file import write_items
from devise_core.collections.kept_maps import kept_maps
from devise_core.collections.large_files import write_large_files
from devise_core.collections.projection import Projections, project
from devise_core.collections.stored_parts import store_parts
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from devise_core.search.index import Index
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO, NEW_INDEX, index_type
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats

_NAME = re.compile(r"[\w][\w .\-]{0,63}")


def check_name(name: object) -> str:
    """Return ``name`` if it is allowed for a collection.

    Raises:
        CollectionError: The name is not allowed.
    """
    if not isinstance(name, str):
        raise CollectionError(f"The name of a collection is a text. Received: {type(name).__name__}.")
    if not _NAME.fullmatch(name) or name != name.strip():
        allowed = _allowed_name(name)
        instead = f" Choose another name, such as {allowed!r}." if allowed else ""
        raise CollectionError(
            "A collection's name has up to 64 letters, digits, underscores, spaces, dots or hyphens, and begins with a "
            f"letter or digit. Received: {name!r}.{instead}"
        )
    return name


def _allowed_name(name: str) -> str:
    """Return a similar name that is allowed, such as "Omas Fotos" for "Oma's Fotos", or "" if there is none."""
    without_quotes = re.sub("['’‘`´\"]", "", name)
    spaced = re.sub(r"\s+", " ", re.sub(r"[^\w .\-]", " ", without_quotes))
    return spaced.strip(" .-")[:64].strip()


def write_collection(
    layout: CollectionLayout,
    items: Sequence[Item],
    features: Floats,
    embeddings: Floats,
    model_id: str,
    command: str,
    source: str = "your own pictures",
    licence: str = "",
    before: CollectionLayout | None = None,
    index: str = "",
    parts: ModelParts | None = None,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write everything except the image files themselves.

    Args:
        layout: The folder to write to, which holds the image files already.
        items: One for each image.
        features: ``(n, f)`` in the order of the items.
        embeddings: Unit rows ``(n, d)`` in the order of the items.
        model_id: ``ImageEncoder.model_id`` of the model that made the vectors.
        command: The command that makes the collection.
        source: Where the images come from, for the manifest.
        licence: The licence of the images, for the manifest.
        before: The folder of an older version of the collection. Its maps are kept unless many images have changed (``kept_maps``).
        index: The name of an index type. By default, up to ``EXACT_UP_TO`` items get the exact index, and more stay on disk.
        parts: The optional parts of the model (``ModelParts``), used to compute and store what every text search needs.
        about: Further facts, such as the title.

    Raises:
        ValueError: The numbers of items, features and embeddings differ.
    """
    count = _checked_count(items, features, embeddings)
    manifest = Manifest(layout.root, about={"model": model_id, "count": count, **(about or {})})
    if count <= EXACT_UP_TO or index:
        files = _write_whole(layout, manifest, index, items, features, embeddings, parts, kept_maps(before, embeddings))
    else:
        files = _write_large(layout, manifest, items, features, embeddings, parts)
    write_manifest(manifest, files, command, source, licence)


def _checked_count(items: Sequence[Item], features: Floats, embeddings: Floats) -> int:
    if not len(items) == len(features) == len(embeddings):
        raise ValueError(
            "A collection has one row of features and one of embeddings for each item. "
            f"Received: {len(items)} items, {len(features)} features, {len(embeddings)} embeddings."
        )
    return len(items)


def write_manifest(manifest: Manifest, files: Sequence[Path], command: str, source: str, licence: str) -> None:
    """Add files to a manifest and write it.

    Args:
        manifest: The manifest.
        files: The files, which exist.
        command: The command that makes the files.
        source: Where the images come from.
        licence: The licence of the images.
    """
    for path in files:
        manifest.add(path, command, source, licence)
    manifest.write()


def _write_whole(
    layout: CollectionLayout,
    manifest: Manifest,
    index: str,
    items: Sequence[Item],
    features: Floats,
    embeddings: Floats,
    parts: ModelParts | None,
    maps: Projections | None,
) -> list[Path]:
    """Write the items, vectors, indexes and maps of a collection whose vectors are all in memory. Return all of its files."""
    (maps or project(embeddings)).save(layout.projections)
    kind = index_type(index or NEW_INDEX)
    manifest.about["index"] = kind.name
    write_items(layout.items, items)
    np.save(layout.embeddings, embeddings.astype(np.float32))
    np.save(layout.features, features.astype(np.float16))
    indexes = _build_indexes(kind, layout, features, embeddings)
    stored = store_parts(layout, manifest, parts, np.load(layout.features), embeddings) if parts else []
    return [layout.items, layout.embeddings, layout.features, layout.projections, *indexes, *stored]


def _write_large(
    layout: CollectionLayout,
    manifest: Manifest,
    items: Sequence[Item],
    features: Floats,
    embeddings: Floats,
    parts: ModelParts | None,
) -> list[Path]:
    """Write a collection whose vectors stay on disk. Return all of its files."""
    table = ItemTableWriter(layout.item_table)
    table.put(range(len(items)), items, [""] * len(items))
    table.finish()
    np.save(layout.embeddings, embeddings.astype(np.float16))
    np.save(layout.features, features.astype(np.float16))
    return write_large_files(layout, manifest, parts)


def _build_indexes(kind: type[Index], layout: CollectionLayout, features: Floats, embeddings: Floats) -> tuple[Path, ...]:
    """Build both indexes and return their files. An exact index has no file."""
    kind.build(embeddings, layout.embedding_index)
    kind.build(features, layout.feature_index)
    return (layout.embedding_index, layout.feature_index) if kind.has_file else ()
