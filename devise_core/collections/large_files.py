"""Write the files of a large collection besides its items and vectors, in blocks, so that memory use does not grow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from devise_core.collections.caption_index import CaptionIndex
from devise_core.collections.item_table import ItemTable
from devise_core.collections.large_projection import place_added, project_large
from devise_core.collections.levels import Levels
from devise_core.collections.stored_maps import read_maps
from devise_core.search.looks_index import LooksIndex, axes_path, read_axes
from devise_core.search.model_parts import ModelParts
from devise_core.search.products import write_scan
from devise_core.search.scan_index import ScanIndex
from devise_core.storage.growing_array import GrowingArray
from devise_core.storage.manifest import Manifest
from devise_core.storage.mapped_rows import MappedRows, row_blocks
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats

BLOCK = 2_048


def write_large_files(
    layout: CollectionLayout, manifest: Manifest, parts: ModelParts | None, first: CollectionLayout | None = None
) -> list[Path]:
    """Write the maps of a large collection, and the files that make searches fast.

    Args:
        layout: The folder, which already has ``items.sqlite``, ``embeddings.npy`` and ``features.npy``.
        manifest: The manifest of that folder. The chance level and the thresholds of the evidence (``levels.py``) are noted in its
            ``about``. The caller adds the files.
        parts: The optional parts of the model (``ModelParts``). Without them, there are no vectors of the score and no levels.
        first: The folder of the first images, if ``layout`` is the folder of a segment. The images of the segment are then placed
            on the maps of the first images, and their features are projected along the same axes.

    Returns:
        All files of the folder ``layout``.
    """
    manifest.about["index"] = ScanIndex.name
    embeddings, features = MappedRows(layout.embeddings), MappedRows(layout.features)
    files = [layout.item_table, layout.embeddings, layout.features, layout.projections]
    files += [layout.embedding_scan, layout.looks, layout.captions, layout.levels]
    write_scan(layout.embedding_scan, embeddings)
    if first is None:
        project_large(embeddings).save(layout.projections)
        LooksIndex.build(features, layout.looks)
        files.append(axes_path(layout.looks))
    else:
        before = MappedRows(first.embeddings)
        place_added(read_maps(first.projections, *before.shape), before, embeddings).save(layout.projections)
        LooksIndex.project(features, read_axes(first.looks, features.shape[1]), layout.looks)
    CaptionIndex.write(layout.captions, ItemTable(layout.item_table))
    levels = _store_levels(manifest, parts, embeddings) if parts else Levels()
    if parts and (parts.evidence or parts.scorer):
        levels = replace(levels, evidence=_store_scores(layout, parts, features, embeddings))
    levels.save(layout.levels)
    if parts:
        levels.note(manifest, parts)
    if layout.score_vectors.is_file():
        write_scan(layout.score_scan, MappedRows(layout.score_vectors))
        files += [layout.score_vectors, layout.score_scan, layout.partitions]
    return files


def _store_levels(manifest: Manifest, parts: ModelParts, embeddings: MappedRows) -> Levels:
    """Note the version of the model's parts in the manifest, and return the highest cosine of each random noun with any image."""
    manifest.about["parts"] = parts.version
    nouns = parts.random_nouns
    if nouns is None:
        return Levels()
    best = np.full(len(nouns), -1, dtype=np.float32)
    for rows in row_blocks(len(embeddings), BLOCK):
        best = np.maximum(best, (nouns @ embeddings[rows].T).max(axis=1))
    return Levels(cosines=best)


def _store_scores(layout: CollectionLayout, parts: ModelParts, features: MappedRows, embeddings: MappedRows) -> Floats:
    """Write the vectors of the score, and return the strongest evidence for each random noun in any image."""
    assert parts.classifier is not None
    evidence, scorer = parts.evidence, parts.scorer
    weights = evidence.random_weights() if evidence else None
    best = np.zeros(0 if weights is None else len(weights), dtype=np.float32)
    shape = (len(features), scorer.concepts.dimension + 1 if scorer else 0)
    partitions = GrowingArray(layout.partitions, np.float32)
    stored = np.lib.format.open_memmap(layout.score_vectors, "w+", np.float16, shape) if scorer else None
    for rows in row_blocks(len(features), BLOCK):
        block = features[rows]
        shares: Floats = parts.classifier.shares(block)
        if weights is not None:
            best = np.maximum(best, (weights @ shares.T).max(axis=1))
        if scorer and stored is not None:
            stored[rows] = scorer.images.vectors(block, embeddings[rows], shares)
            partitions.append(scorer.images.partitions(block, shares))
    if stored is not None:
        stored.flush()
    partitions.finish()
    return best
