"""Write the files of a collection: its items, vectors, indexes and maps, and the manifest that seals them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.caption_index import CaptionIndex
from devise_core.collections.items_file import write_items
from devise_core.collections.projection import Projections, map_names, project
from devise_core.collections.stored_parts import store_parts
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError
from devise_core.search.index import Index
from devise_core.search.model_parts import ModelParts
from devise_core.search.registry import EXACT_UP_TO, default_index, index_type
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats

_NAME = re.compile(r"[\w][\w .\-]{0,63}")


def check_name(name: str) -> str:
    """Return ``name`` if a collection can have it.

    Raises:
        CollectionError: The name cannot be that of a folder.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise CollectionError(
            "A collection's name has up to 64 letters, digits, spaces, dots or hyphens, and begins with a "
            f"letter or digit. Received: {name!r}."
        )
    return name


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
        command: The command that makes the collection, for the manifest.
        source: Where the images come from, for the manifest.
        licence: Their licence, for the manifest.
        before: An older version of the collection. If its embeddings are the same, its maps are kept.
        index: The name of an index type in ``search/registry``, or "" for the default for this many items.
        parts: The parts of the model. With them the collection stores what every search needs of its images.
        about: Further facts for the manifest, such as the title.

    Raises:
        ValueError: The numbers of items, features and embeddings differ.
    """
    _write_rows(layout, items, features, embeddings)
    kind = index_type(index or default_index(len(items)))
    (_same_maps(before, embeddings) or project(embeddings)).save(layout.projections)
    manifest = Manifest(layout.root, about={"model": model_id, "count": len(items), "index": kind.name, **(about or {})})
    files = [layout.items, layout.embeddings, layout.features, *_build_indexes(kind, layout, features, embeddings)]
    files += store_parts(layout, manifest, parts, np.load(layout.features), embeddings) if parts else ()
    _write_manifest(manifest, [*files, *_write_captions(layout, items), layout.projections], command, source, licence)


def _write_manifest(manifest: Manifest, files: Sequence[Path], command: str, source: str, licence: str) -> None:
    for path in files:
        manifest.add(path, command, source, licence)
    manifest.write()


def _write_rows(layout: CollectionLayout, items: Sequence[Item], features: Floats, embeddings: Floats) -> None:
    if not len(items) == len(features) == len(embeddings):
        raise ValueError(
            "A collection has one row of features and one of embeddings for each item. "
            f"Received: {len(items)} items, {len(features)} features, {len(embeddings)} embeddings."
        )
    write_items(layout.items, items)
    np.save(layout.embeddings, embeddings.astype(np.float32))
    np.save(layout.features, features.astype(np.float16))


def _write_captions(layout: CollectionLayout, items: Sequence[Item]) -> tuple[Path, ...]:
    """Write the index of captions of a large collection and return its file. That of a small one is made when it is first used."""
    if len(items) <= EXACT_UP_TO:
        return ()
    CaptionIndex.write(layout.captions, items)
    return (layout.captions,)


def _build_indexes(kind: type[Index], layout: CollectionLayout, features: Floats, embeddings: Floats) -> tuple[Path, ...]:
    """Build both indexes and return their files, of which an exact index has none."""
    kind.build(embeddings, layout.embedding_index)
    kind.build(features, layout.feature_index)
    return (layout.embedding_index, layout.feature_index) if kind.has_file else ()


def _same_maps(before: CollectionLayout | None, embeddings: Floats) -> Projections | None:
    """The maps of the collection ``before``, if it is undamaged and has the same embeddings and kinds of map."""
    if before is None or not before.embeddings.is_file():
        return None
    with suppress(ArtifactError, OSError, ValueError):
        verified = Manifest.read(before.root).verified
        maps = Projections.read(verified(before.projections), len(embeddings))
        same_vectors = np.array_equal(np.load(verified(before.embeddings)), embeddings)
        if same_vectors and set(maps.places) == set(map_names(embeddings)):
            return maps
    return None
