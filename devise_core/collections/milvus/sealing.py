"""Seal a version of a collection in Milvus: build its indexes, compute its facts, and show it to readers.

``names.py`` explains versions and parts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.collections.base import SEED
from devise_core.collections.contract import MOST_FACETS, SAMPLED
from devise_core.collections.item_table import CATEGORY, LABEL, YEAR, ItemTable
from devise_core.collections.milvus.connection import WRITTEN, MilvusConnection
from devise_core.collections.milvus.facts import write_facts
from devise_core.collections.milvus.indexes import EXACT, INDEX_PARAMETERS, indexes_for
from devise_core.collections.milvus.names import Version
from devise_core.collections.milvus.schema import LOOKS, SCORE
from devise_core.errors import CollectionError
from devise_core.search.cutoff import chance_of
from devise_core.search.model_parts import ModelParts
from devise_core.vectors import Floats, Rows

BLOCK = 2_000
_EVERY_SECONDS, _SECONDS = 0.2, 600


def seal_version(
    connection: MilvusConnection, version: Version, rows: Rows, table: Path, parts: ModelParts | None, facts: Mapping[str, Any]
) -> set[str]:
    """Complete a version and show it to readers. The previous version is kept for its readers. Older versions are dropped.

    Args:
        connection: The server.
        version: The version. All of its images must be written.
        rows: The row numbers of the images in ascending order. Gaps are filled, so that the numbers start at 0 and are consecutive.
        table: The SQLite file with the items of the version, as ``ItemTableWriter`` writes it.
        parts: The optional parts of the model (``ModelParts``), which are needed for the chance level and the evidence thresholds.
        facts: Facts to store besides those that are computed here.

    Returns:
        The names of the thumbnails of all versions that are left.
    """
    count = len(rows)
    _fill_gaps(connection, version, rows)
    scores, looks = indexes_for(count, connection.is_file)
    for part, field, metric, index in ((version.images, SCORE, "IP", scores), (version.looks, LOOKS, "COSINE", looks)):
        _index(connection, part, field, metric, index)
        _wait_until_loaded(connection, part, count)
    items = ItemTable(table)
    chosen = np.sort(np.random.default_rng(SEED).permutation(count)[:SAMPLED])
    computed = {
        "count": count,
        "index": scores,
        "looks_index": looks,
        "categories": items.facets(CATEGORY, MOST_FACETS),
        "labels": items.facets(LABEL, MOST_FACETS),
        "years": items.facets(YEAR, MOST_FACETS),
        "sample": [item.id for item in items.at(chosen)],
    }
    write_facts(connection, version, {**facts, **computed, **_levels(connection, version, count, parts)})
    _show(connection, version)
    return _thumbnails(connection, version.alias)


def _fill_gaps(connection: MilvusConnection, version: Version, rows: Rows) -> None:
    """Give the last images the row numbers of images that were removed."""
    count = len(rows)
    free, moved = np.setdiff1d(np.arange(count), rows), rows[rows >= count]
    client = connection.client
    for part in (version.images, version.looks):
        for start in range(0, len(moved), BLOCK):
            numbers = dict(zip(moved[start : start + BLOCK].tolist(), free[start : start + BLOCK].tolist(), strict=True))
            images = connection.query(part, f"row in {list(numbers)}", ["*"], WRITTEN)
            with connection.errors():
                client.upsert(part, [{**image, "row": numbers[int(image["row"])]} for image in images])


def _index(connection: MilvusConnection, part: str, field: str, metric: str, index: str) -> None:
    """Make the server write a part to its storage, build the index, and load the part."""
    client = connection.client
    with connection.errors():
        client.flush(part)
        if index != EXACT:
            client.release_collection(part)
            client.drop_index(part, field)
            params = client.prepare_index_params()
            params.add_index(field, index_type=index, metric_type=metric, params=INDEX_PARAMETERS[index])
            client.create_index(part, params, sync=True)
        client.load_collection(part)


def _wait_until_loaded(connection: MilvusConnection, part: str, count: int) -> None:
    """Wait until readers see all images. Their consistency level (``READ``) does not wait for writes."""
    until = time.monotonic() + _SECONDS
    while (seen := connection.count(part)) != count:
        if time.monotonic() > until:
            raise CollectionError(f"Milvus shows {seen} of {count} images of {part}. Run the same command again to continue.")
        time.sleep(_EVERY_SECONDS)


def _levels(connection: MilvusConnection, version: Version, count: int, parts: ModelParts | None) -> dict[str, Any]:
    """Return the version of the model's parts, the chance level (``search/cutoff.py``) and the evidence thresholds."""
    if parts is None:
        return {}
    levels: dict[str, Any] = {"parts": parts.version}
    nouns = parts.random_nouns
    if nouns is not None:
        best = np.full(len(nouns), -1, dtype=np.float32)
        for block in blocks(connection, version.images, SCORE, count):
            best = np.maximum(best, (nouns @ block[:, : nouns.shape[1]].T).max(axis=1))
        levels["chance"] = chance_of(best)
    if parts.evidence and parts.classifier:
        weights = parts.evidence.random_weights()
        best = np.zeros(len(weights), dtype=np.float32)
        for block in blocks(connection, version.looks, LOOKS, count):
            best = np.maximum(best, (weights @ parts.classifier.shares(block).T).max(axis=1))
        levels["evidence"] = asdict(parts.evidence.thresholds_of(best))
    return levels


def blocks(connection: MilvusConnection, part: str, field: str, count: int) -> Iterator[Floats]:
    """Yield the vectors of all images, a block at a time, in any order within a block.

    Args:
        connection: The server.
        part: The name that the part of the collection has in Milvus.
        field: The field of the vectors.
        count: The number of images.

    Yields:
        Vectors ``float32 (b, d)`` of up to ``BLOCK`` images.

    Raises:
        CollectionError: Milvus does not answer.
    """
    for start in range(0, count, BLOCK):
        rows = connection.query(part, f"row >= {start} and row < {start + BLOCK}", [field])
        yield np.asarray([row[field] for row in rows], dtype=np.float32)


def _show(connection: MilvusConnection, version: Version) -> None:
    """Point the alias to a version, and drop older versions except the previous one."""
    shown = connection.shown_version(version.alias)
    client = connection.client
    with connection.errors():
        if shown is None:
            client.create_alias(version.images, version.alias)
        else:
            client.alter_alias(version.images, version.alias)
    for older in connection.versions(version.alias):
        if older not in (shown, version) and older < version:
            connection.drop(older)


def _thumbnails(connection: MilvusConnection, alias: str) -> set[str]:
    names: set[str] = set()
    for version in connection.versions(alias):
        connection.load(version)
        start, left = 0, connection.count(version.images)
        while left > 0:
            rows = connection.query(version.images, f"row >= {start} and row < {start + 8 * BLOCK}", ["thumbnail"])
            names.update(str(row["thumbnail"]) for row in rows)
            start, left = start + 8 * BLOCK, left - len(rows)
    return names
