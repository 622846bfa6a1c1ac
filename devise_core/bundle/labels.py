"""Build the 1000 ImageNet labels: their names, hypernyms and vectors, and the directions that the vectors share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.tables import imagenet_offsets
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.vectors import Floats, without

DECAY = 0.75
SHARED_DIRECTIONS = 2

COMMAND = "python -m devise_core build labels"
SOURCE = "ILSVRC-2012 class ids, WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (names), PDDL-1.0 (vectors)"


@dataclass(frozen=True)
class LabelTable:
    """The labels in the order of the classifier.

    Attributes:
        offsets: The WordNet offset of each label.
        vectors: The unit vectors of the labels ``(1000, d)``.
        directions: The shared directions ``(2, d)``. They have been removed from ``vectors``.
    """

    offsets: tuple[int, ...]
    vectors: Floats
    directions: Floats


def label_table(hierarchy: Hierarchy) -> LabelTable:
    """Mix each label with its hypernyms, then remove the two strongest directions that the mixtures share."""
    offsets = imagenet_offsets()
    mixed = np.stack([vector for offset in offsets if (vector := hierarchy.mixed(offset, DECAY)) is not None])
    _, _, directions = np.linalg.svd(mixed, full_matrices=False)
    shared = np.asarray(directions[:SHARED_DIRECTIONS], dtype=np.float32)
    return LabelTable(offsets, without(mixed, shared), shared)


def write_labels(layout: ArtifactLayout, manifest: Manifest, hierarchy: Hierarchy) -> LabelTable:
    """Write ``labels.csv``, ``label_vectors.npy`` and ``common_directions.npy``, and add them to ``manifest``.

    ``labels.csv`` has the id, the names and the hypernyms of each label, with the distance of each hypernym in steps.

    Args:
        layout: Where to write.
        manifest: Receives the entries of the files.
        hierarchy: The noun graph with the vectors of its senses.

    Returns:
        The labels with their vectors ``(l, d)``.
    """
    table = label_table(hierarchy)
    with atomic_file(layout.labels) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(["id", "names", "hypernyms"])
        for offset in table.offsets:
            ancestors = sorted(hierarchy.nouns.ancestors(offset).items(), key=lambda ancestor: (ancestor[1], ancestor[0]))
            hypernyms = "|".join(f"n{ancestor:08d}:{steps}" for ancestor, steps in ancestors if steps)
            writer.writerow([f"n{offset:08d}", "|".join(hierarchy.nouns.synsets[offset].lemmas), hypernyms])
    for target, array in ((layout.label_vectors, table.vectors), (layout.directions, table.directions)):
        with atomic_file(target) as path:
            np.save(path, array)
    for path in (layout.labels, layout.label_vectors, layout.directions):
        manifest.add(path, COMMAND, SOURCE, LICENCE)
    return table
