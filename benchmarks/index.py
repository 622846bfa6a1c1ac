"""Annoy against the exact index: recall@10 and time a query, over all words and over collections of growing size."""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.table import median, milliseconds, print_table
from devise_core import load_engine
from devise_core.collections.indexing import FOREST_TREES
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.vectors import Floats, unit

K = 10


def recall(index: Index, queries: Floats, truth: list[set[int]]) -> float:
    """The share of the exact ``K`` nearest that ``index`` finds too."""
    return float(np.mean([len(truth[row] & set(index.search(query, K)[0].tolist())) / K for row, query in enumerate(queries)]))


def rows_of(vectors: Floats, settings: list[tuple[int, int]], queries: Floats, folder: Path) -> list[list[str]]:
    """A line for the exact index, then one for each number of trees and of nodes searched (0: Annoy's default)."""
    exact = ExactIndex(vectors)
    truth = [set(exact.search(query, K)[0].tolist()) for query in queries]
    base = median([median(milliseconds(partial(exact.search, query, K), 3)) for query in queries])
    rows = [[f"{len(vectors):,}", "exact", "", "1.000", f"{base:.2f}", "1.0"]]
    for trees in sorted({trees for trees, _ in settings}):
        began = time.perf_counter()
        AnnoyIndex.build(vectors, folder / f"{trees}.ann", trees)
        built = time.perf_counter() - began
        for nodes in (nodes for of, nodes in settings if of == trees):
            index = AnnoyIndex.open(folder / f"{trees}.ann", vectors.shape[1], nodes or trees * K)
            took = median([median(milliseconds(partial(index.search, query, K), 3)) for query in queries])
            rows.append(
                [
                    f"{len(vectors):,}",
                    f"Annoy, {trees} trees, {nodes or 'default'} nodes",
                    f"{built:.1f}",
                    f"{recall(index, queries, truth):.3f}",
                    f"{took:.2f}",
                    f"{base / took:.1f}",
                ]
            )
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", type=int, default=100)
    count = options.parse_args().queries
    words = load_engine().text.words
    vectors = unit(np.asarray(words.vectors, np.float32))
    rng = np.random.default_rng(7)
    columns = ["vectors", "index", "build s", "recall@10", "ms a query", "× exact"]
    with tempfile.TemporaryDirectory() as folder:
        queries = vectors[rng.choice(50_000, count, replace=False)]
        settings = [(20, 0), (20, AnnoyIndex.SEARCH_NODES), (AnnoyIndex.TREES, AnnoyIndex.SEARCH_NODES)]
        print_table(
            "All words; the first Annoy line has the settings of the work this project starts from",
            columns,
            rows_of(vectors, settings, queries, Path(folder)),
        )
        rows = []
        for size in (1_000, 5_000, 20_000, 50_000, 100_000):
            some = vectors[rng.choice(len(vectors), size, replace=False)]
            asked = some[rng.choice(size, count, replace=False)]
            rows += rows_of(some, [(FOREST_TREES, AnnoyIndex.SEARCH_NODES)], asked, Path(folder))
        print_table("Collections, as shipped (words stand in for pictures)", columns, rows)


if __name__ == "__main__":
    main()
