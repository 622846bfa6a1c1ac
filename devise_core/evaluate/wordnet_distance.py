"""Distances between labels in the WordNet noun graph, and the correct sets of the paper's hierarchical precision."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.evaluate.metrics import Relevant
from devise_core.vectors import Rows

_FAR = 1_000
"""A number above any distance between two nouns of WordNet. The sum of two such numbers still fits int16."""


@dataclass(frozen=True)
class Labels:
    """The labels of a classifier, in the order of its outputs.

    Attributes:
        ids: The WordNet id of each label.
        names: All names of each label.
        hypernyms: For each label, the WordNet id of each hypernym and the number of steps up to it.
    """

    ids: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    hypernyms: tuple[dict[str, int], ...]

    def __len__(self) -> int:
        return len(self.ids)


def read_labels(path: Path) -> Labels:
    """Read a model's ``labels.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hypernyms = [
        {name: int(steps) for name, steps in (entry.split(":") for entry in row["hypernyms"].split("|") if entry)} for row in rows
    ]
    return Labels(tuple(row["id"] for row in rows), tuple(tuple(row["names"].split("|")) for row in rows), tuple(hypernyms))


def label_distances(labels: Labels) -> Rows:
    """Return the distance between every two labels ``(n, n)``: the steps up to their nearest common hypernym and down again."""
    ancestors = [{identity: 0, **hypernyms} for identity, hypernyms in zip(labels.ids, labels.hypernyms, strict=True)]
    columns = {name: column for column, name in enumerate(sorted({name for steps in ancestors for name in steps}))}
    up = np.full((len(labels), len(columns)), _FAR, dtype=np.int16)
    for row, steps in enumerate(ancestors):
        up[row, [columns[name] for name in steps]] = list(steps.values())
    return np.stack([(up + steps_up).min(axis=1) for steps_up in up]).astype(np.int64)


def correct_sets(distances: Rows, k: int) -> Relevant:
    """Return hCorrectSet(k) of each label ``(n, n)``: all labels within the smallest radius that covers at least ``k``.

    The radius grows by whole steps in the hierarchy, so a set may hold more than ``k`` labels. See Frome et al. (2013),
    section 4 and the appendix.

    Args:
        distances: The distances ``(n, n)`` that ``label_distances`` returns.
        k: The smallest allowed number of labels in a set.
    """
    last = min(k, len(distances)) - 1
    radius = np.partition(distances, last, axis=1)[:, last : last + 1]
    return distances <= radius
