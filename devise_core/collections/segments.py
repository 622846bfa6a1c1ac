"""The parts of a large collection that images were added to.

The files of the first images are in the folder of the collection. Each addition is a *segment*, a folder with the same kinds of
files. The manifest of the collection lists the files of all segments with their SHA-256, so that it alone decides what belongs to
the collection. The rows of the segments follow the first ones in the order of the manifest.
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
        name: The folder below ``segments``.
        count: The number of images.
    """

    name: str
    count: int


def segments_of(facts: Mapping[str, Any]) -> list[Segment]:
    """Return the segments that a manifest notes.

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
    """Note ``segments`` in a manifest."""
    manifest.about["segments"] = [asdict(each) for each in segments]


def layout_of(layout: CollectionLayout, segment: Segment) -> CollectionLayout:
    """Return the paths of the files of a segment."""
    return CollectionLayout(layout.root / FOLDER / segment.name)


def layouts(layout: CollectionLayout, facts: Mapping[str, Any]) -> list[CollectionLayout]:
    """Return the paths of the first images and of each segment."""
    return [layout, *(layout_of(layout, segment) for segment in segments_of(facts))]


def merged_count(counts: Sequence[int], added: int) -> int:
    """Return how many of the last segments to write again together with ``added`` images.

    An image is written again when its segment has grown ``MERGED_TOGETHER``-fold, and not each time that images are added.
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
