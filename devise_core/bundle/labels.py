"""The 1000 ImageNet labels: names, kinds and hierarchy-aware vectors, and the directions that all of them share."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.vectors import Floats, without

DECAY = 0.75
SHARED_DIRECTIONS = 2
IDS = Path(__file__).with_name("imagenet1k_ids.txt")

COMMAND = "python -m devise_core build labels"
SOURCE = "ILSVRC-2012 class ids, WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (names), PDDL-1.0 (vectors)"


@dataclass(frozen=True)
class LabelTable:
    """Offsets of the labels' synsets in the classifier's order, their vectors ``(1000, d)``, the directions ``(2, d)``."""

    offsets: tuple[int, ...]
    vectors: Floats
    directions: Floats


def label_table(hierarchy: Hierarchy) -> LabelTable:
    """Mix each label with its kinds, then take out the two strongest directions that the mixtures share."""
    offsets = tuple(int(line[1:]) for line in IDS.read_text("ascii").split())
    vectors = [vector for offset in offsets if (vector := hierarchy.mixed(offset, DECAY)) is not None]
    mixed = np.stack(vectors)
    _, _, directions = np.linalg.svd(mixed, full_matrices=False)
    shared = np.asarray(directions[:SHARED_DIRECTIONS], dtype=np.float32)
    return LabelTable(offsets, without(mixed, shared), shared)


def write_labels(layout: ArtifactLayout, manifest: Manifest, hierarchy: Hierarchy) -> LabelTable:
    """Write ``labels.csv`` (id, names, hypernyms with their distances), ``label_vectors.npy``, ``common_directions.npy``."""
    table = label_table(hierarchy)
    with atomic_file(layout.labels) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "names", "hypernyms"])
        for offset in table.offsets:
            above = sorted(hierarchy.nouns.ancestors(offset).items(), key=lambda step: (step[1], step[0]))
            writer.writerow(
                [
                    f"n{offset:08d}",
                    "|".join(hierarchy.nouns.synsets[offset].lemmas),
                    "|".join(f"n{ancestor:08d}:{steps}" for ancestor, steps in above if steps),
                ]
            )
    for target, array in ((layout.label_vectors, table.vectors), (layout.directions, table.directions)):
        with atomic_file(target) as path:
            np.save(path, array)
    for path in (layout.labels, layout.label_vectors, layout.directions):
        manifest.add(path, COMMAND, SOURCE, LICENCE)
    return table
