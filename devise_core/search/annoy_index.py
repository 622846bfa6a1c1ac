"""Annoy's approximate index: a forest of random projection trees on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from devise_core.errors import extras_needed
from devise_core.search.annoy_forest import PROBE_HITS, PROBES, check_forest, check_recall
from devise_core.search.index import Index, check_query
from devise_core.storage.artifact_reader import reading
from devise_core.vectors import Floats, Rows, unit


class AnnoyIndex(Index):
    """Annoy's forest of random projection trees (Bernhardsson, Spotify), on disk and memory-mapped.

    Recall depends on ``search_nodes``. At 100 trees and 20,000 nodes, recall@10 against ``ExactIndex`` over the vectors of
    341,479 words is above 0.95. With Annoy's default of trees × k nodes, the recall is below 0.5 (benchmarks/index.py).

    Args:
        forest: The loaded ``annoy.AnnoyIndex``.
        search_nodes: How many nodes a search visits.
    """

    name = "annoy"
    has_file = True
    TREES = 50
    SEARCH_NODES = 20_000
    SEED = 7

    def __init__(self, forest: Any, search_nodes: int = SEARCH_NODES) -> None:
        self._forest, self._search_nodes = forest, search_nodes

    @classmethod
    def build(cls, vectors: Floats, path: Path, trees: int = TREES) -> AnnoyIndex:
        """Write the forest. One thread and one seed give the same bytes each time.

        Args:
            vectors: The vectors ``(n, d)``, which need not have length 1.
            path: The file to write.
            trees: How many trees to build. More trees find more of the nearest neighbours, but take more time and memory.

        Returns:
            The index.

        Raises:
            ValueError: A vector has length zero or is not finite.
        """
        from annoy import AnnoyIndex as Forest

        forest = Forest(vectors.shape[1], "angular")
        forest.set_seed(cls.SEED)
        for row, vector in enumerate(unit(vectors)):
            forest.add_item(row, vector)
        forest.build(trees, n_jobs=1)
        forest.save(str(path))
        return cls(forest)

    @classmethod
    def open(cls, vectors: Floats, path: Path, search_nodes: int = SEARCH_NODES) -> AnnoyIndex:
        """Open the forest that ``build`` wrote. A damaged forest is refused before Annoy maps it into memory.

        Args:
            vectors: The vectors ``(n, d)`` that the forest was built from.
            path: The file of the forest.
            search_nodes: How many nodes a search visits. More nodes find more of the nearest neighbours, but take longer.

        Returns:
            The index.

        Raises:
            ArtifactError: The file is missing or damaged, or was built from other vectors.
            MissingPackageError: Annoy is not installed.
        """
        with extras_needed():
            from annoy import AnnoyIndex as Forest

        check_forest(path, *vectors.shape)
        forest = Forest(vectors.shape[1], "angular")
        with reading(path, "Make the collection again"):
            forest.load(str(path))
        index = cls(forest, search_nodes)
        rows = np.random.default_rng(cls.SEED).choice(len(vectors), min(PROBES, len(vectors)), replace=False)
        returned = [index.search(vector, PROBE_HITS)[0].tolist() for vector in unit(vectors[rows])]
        check_recall(vectors, rows, returned, path)
        return index

    def visiting(self, search_nodes: int) -> AnnoyIndex:
        """Return an index over the same forest whose searches visit another number of nodes.

        Args:
            search_nodes: How many nodes a search visits, at least 1.
        """
        return type(self)(self._forest, search_nodes)

    def __len__(self) -> int:
        return int(self._forest.get_n_items())

    def search(self, query: Floats, k: int) -> tuple[Rows, Floats]:
        """Find the vectors nearest to a unit vector, approximately."""
        vector = check_query(query, self._forest.f)
        rows, distances = self._forest.get_nns_by_vector(vector, k, max(self._search_nodes, k), include_distances=True)
        # Annoy's angular distance is the chord between unit vectors: d² = 2 − 2 cos.
        cosines = 1 - np.square(np.asarray(distances, dtype=np.float32)) / 2
        return np.asarray(rows, dtype=np.int64), cosines.astype(np.float32)
