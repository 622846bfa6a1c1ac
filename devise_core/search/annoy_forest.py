"""Check the file of an Annoy forest before Annoy maps it into memory, because Annoy also follows invalid references in a file.

A file is a sequence of nodes of equal size (``annoylib.h``, version 1.17). The first nodes are the items, which have the vectors.
Every other node has the number of items below it. Then come either two children and the vector of a split or, if they fit into
the same space, the numbers of all these items. Children are written before their parents. The file ends with copies of the roots.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import open_file, reading
from devise_core.vectors import Floats, unit

_HEAD = 3
"""How many integers precede the vector of a node: the number of items below the node, and its two children."""
_BLOCK = 1 << 15
_TOLERANCE = 0.01
PROBES, PROBE_HITS = 8, 10
LEAST_RECALL = 0.5
"""A forest is damaged if it finds less than this share of what the exact search finds. An undamaged forest finds 85% or more
(benchmarks/index.py)."""

Nodes = npt.NDArray[np.int32]


def check_forest(path: Path, count: int, dimension: int) -> None:
    """Check that every reference of a forest leads to an item or to an earlier node, so that a search ends and stays in the file.

    Args:
        path: The file.
        count: The number of items.
        dimension: The dimension of their vectors.

    Raises:
        ArtifactError: The file is not a forest over ``count`` vectors of this dimension, or its nodes are damaged.
    """
    remedy = "Make the collection again"
    with reading(path, remedy), open_file(path) as file:
        integers = np.memmap(file, dtype=np.int32, mode="r")
        if not len(integers) or len(integers) % (_HEAD + dimension):
            raise ArtifactError(f"{path} is not an index of vectors with {dimension} numbers. {remedy}.")
        nodes = integers.reshape(-1, _HEAD + dimension)
        below = np.array(nodes[:, 0])
        problem = _problem(nodes, below, count)
        if problem:
            raise ArtifactError(f"{path} is damaged ({problem}). {remedy}.")


def check_recall(vectors: Floats, rows: npt.NDArray[np.int64], returned_rows: list[list[int]], path: Path) -> None:
    """Check that a forest finds what an exact search finds.

    Args:
        vectors: The vectors of the forest ``(n, d)``.
        rows: The rows whose vectors were searched.
        returned_rows: For each of ``rows``, the rows that the forest found, nearest first.
        path: The file, for the message.

    Raises:
        ArtifactError: The forest misses too many of the nearest rows.
    """
    cosines = unit(vectors[rows]) @ unit(vectors).T  # (probes, n)
    hits = min(PROBE_HITS, len(vectors))
    shares = []
    for row_cosines, near in zip(cosines, returned_rows, strict=True):
        least = np.partition(row_cosines, -hits)[-hits] - 1e-4  # equal vectors may come in any order
        shares.append(sum(row_cosines[row] >= least for row in near[:hits]) / hits)
    if np.mean(shares) < LEAST_RECALL:
        raise ArtifactError(f"{path} is damaged (it misses the nearest vectors). Make the collection again.")


def _problem(nodes: Nodes, below: Nodes, count: int) -> str:
    """Return what is wrong with the nodes, or an empty string."""
    if len(nodes) <= count or below[-1] != count:
        return "the number of its items is not the number of images"
    if (below[:count] != 1).any() or not all(_are_unit(nodes[:count][start : start + _BLOCK]) for start in range(0, count, _BLOCK)):
        return "an item has children, or its vector does not have length 1"
    for start in range(count, len(nodes), _BLOCK):
        block, sizes = nodes[start : start + _BLOCK], below[start : start + _BLOCK]
        if (sizes < 1).any() or (sizes > count).any():
            return "a node has an impossible number of items"
        capacity = nodes.shape[1] - 1  # of items that a node can list
        listed = block[sizes <= capacity, 1:]
        within = np.arange(capacity) < sizes[sizes <= capacity, None]
        if ((listed < 0) | (listed >= count))[within].any():
            return "a node lists an item that does not exist"
        rows = start + np.flatnonzero(sizes > capacity)
        if not _children_precede(nodes[rows, 1:_HEAD], rows, below):
            return "a node does not hold the items of its children, or refers to a later node"
    return ""


def _children_precede(children: Nodes, rows: npt.NDArray[np.int64], below: Nodes) -> bool:
    """Return whether both ``children`` of each node in ``rows`` precede the node and together have as many items as the node."""
    if ((children < 0) | (children >= rows[:, None])).any():
        return False
    return bool((below[children].sum(axis=1, dtype=np.int64) == below[rows]).all())


def _are_unit(items: Nodes) -> bool:
    """Return whether the vectors of items have length 1. Annoy stores the square of a length, or 0, before each vector."""
    squares, vectors = items[:, 1].view(np.float32), items[:, _HEAD:].view(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(vectors, axis=1)
        kept = (np.abs(squares - 1) < _TOLERANCE) | (squares == 0)
        return bool((np.abs(lengths - 1) < _TOLERANCE).all() and kept.all())  # neither is true of NaN
