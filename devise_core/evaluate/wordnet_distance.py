"""Labels in the WordNet noun graph: how many hops apart they are, and which are right for the paper's hierarchical precision."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.evaluate.metrics import Relevant
from devise_core.vectors import Rows

_FAR = 1_000
"""More hops than any two nouns of WordNet are apart; its sums stay within int16."""


@dataclass(frozen=True)
class Labels:
    """The labels of a classifier in its order: ``ids``, all ``names`` of each, and its ``kinds``: hypernym → hops up."""

    ids: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    kinds: tuple[dict[str, int], ...]

    def __len__(self) -> int:
        return len(self.ids)


def read_labels(path: Path) -> Labels:
    """Read a model's ``labels.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = [{kind: int(hops) for kind, hops in (step.split(":") for step in row["hypernyms"].split("|") if step)} for row in rows]
    return Labels(tuple(row["id"] for row in rows), tuple(tuple(row["names"].split("|")) for row in rows), tuple(kinds))


def hops(labels: Labels) -> Rows:
    """Hops between every two labels ``(n, n)``: up to the nearest kind they share, and down again."""
    above = [{identity: 0, **kinds} for identity, kinds in zip(labels.ids, labels.kinds, strict=True)]
    column = {name: place for place, name in enumerate(sorted({name for kinds in above for name in kinds}))}
    up = np.full((len(labels), len(column)), _FAR, dtype=np.int16)
    for row, kinds in enumerate(above):
        up[row, [column[name] for name in kinds]] = list(kinds.values())
    return np.stack([(up + own).min(axis=1) for own in up]).astype(np.int64)


def correct_sets(distances: Rows, k: int) -> Relevant:
    """hCorrectSet(k) of each label ``(n, n)``: itself and all within the smallest radius that holds at least ``k`` labels.

    Frome et al. (2013), section 4 and the appendix: the radius grows by hops in the hierarchy, so a set may hold more than k.
    """
    last = min(k, len(distances)) - 1
    radius = np.partition(distances, last, axis=1)[:, last : last + 1]
    return distances <= radius
