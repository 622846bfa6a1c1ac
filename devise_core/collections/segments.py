"""The parts of a large collection to which images were added.

The files of the first images are in the folder of the collection. Each addition is a *segment*, a folder with the same kinds of
files. The manifest of the collection lists the files of all segments with their SHA-256, and only these belong to the collection.
The rows of the segments follow the rows of the first images, in the order of the segments in the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any

from devise_core.errors import ArtifactError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout

FOLDER = "segments"
MERGED_TOGETHER = 8
"""This many segments of similar sizes are merged into one. With a larger number, merges are rarer and a search reads more files."""
_NAME = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True)
class Segment:
    """Images that were added together.

    Attributes:
        name: The name of the folder inside ``segments``.
        count: The number of images.
    """

    name: str
    count: int


def segments_of(facts: Mapping[str, Any]) -> list[Segment]:
    """Return the segments that the facts (``about``) of a manifest list.

    Raises:
        ArtifactError: A segment has an invalid name or count.
    """
    try:
        segments = [Segment(**each) for each in facts.get("segments", [])]
        valid = all(_NAME.fullmatch(each.name) and isinstance(each.count, int) and each.count > 0 for each in segments)
    except TypeError:
        valid = False
    if not valid:
        raise ArtifactError("The manifest lists invalid segments. Make the collection again.")
    return segments


def note_segments(manifest: Manifest, segments: Sequence[Segment]) -> None:
    """List ``segments`` in the ``about`` of a manifest."""
    manifest.about["segments"] = [asdict(each) for each in segments]


def layout_of(layout: CollectionLayout, segment: Segment) -> CollectionLayout:
    """Return the paths of the files of a segment."""
    return CollectionLayout(layout.root / FOLDER / segment.name)


def layouts(layout: CollectionLayout, facts: Mapping[str, Any]) -> list[CollectionLayout]:
    """Return the paths of the files of the first images, then those of each segment."""
    return [layout, *(layout_of(layout, segment) for segment in segments_of(facts))]


def merged_count(counts: Sequence[int], added: int) -> int:
    """Return how many of the last segments to merge with ``added`` images into one new segment.

    Merging writes an image again. This happens only when the size of its segment grows about ``MERGED_TOGETHER``-fold, and not each
    time that images are added.
    """
    total, merged = added, 0
    while True:
        tier = _tier(total)
        alike = 0
        while merged + alike < len(counts) and _tier(counts[-1 - merged - alike]) <= tier:
            alike += 1
        if alike < MERGED_TOGETHER - 1:
            return merged
        total += sum(counts[len(counts) - merged - alike : len(counts) - merged])
        merged += alike


def _tier(count: int) -> int:
    return int(log(max(1, count), MERGED_TOGETHER))
