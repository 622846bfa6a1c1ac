"""Compare every index with the exact one: recall@10 and time per query, over all words and over collections of growing size."""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.table import median, milliseconds, print_table
from devise_core import load_engine
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.search.registry import INDEXES
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats, unit

K, WORD_TREES = 10, 100


def recall(index: Index, queries: Floats, truth: list[set[int]]) -> float:
    """Return the share of the exact ``K`` nearest neighbours that ``index`` finds.

    Args:
        index: The index to measure.
        queries: Unit vectors of shape (n, d).
        truth: The rows of the exact neighbours of each query.
    """
    return float(np.mean([len(truth[row] & set(index.search(query, K)[0].tolist())) / K for row, query in enumerate(queries)]))


def rows_of(vectors: Floats, settings: list[tuple[int, int]], queries: Floats, folder: Path) -> list[list[str]]:
    """Return the table: one row for the exact index, one per setting of Annoy, and one for each other index.

    Args:
        vectors: Unit vectors of shape (n, d).
        settings: Pairs of trees and nodes to search; 0 nodes is Annoy's default.
        queries: Unit vectors of shape (m, d).
        folder: Where the forests are written.
    """
    exact = ExactIndex(vectors)
    truth = [set(exact.search(query, K)[0].tolist()) for query in queries]
    base = median([median(milliseconds(partial(exact.search, query, K), 3)) for query in queries])
    rows = [[f"{len(vectors):,}", "exact", "", "1.000", f"{base:.2f}", "1.0"]]
    for trees in sorted({trees for trees, _ in settings}):
        began = time.perf_counter()
        forest = AnnoyIndex.build(vectors, folder / f"{trees}.ann", trees)
        built = time.perf_counter() - began
        for nodes in (nodes for count, nodes in settings if count == trees):
            searched = forest.visiting(nodes or trees * K)  # ``open`` refuses a forest with so few nodes as damaged
            rows.append(_row(f"Annoy, {trees} trees, {nodes or 'default'} nodes", searched, built, queries, truth, base))
    for kind in INDEXES.values():
        if kind not in (ExactIndex, AnnoyIndex):
            began = time.perf_counter()
            index = kind.build(vectors, folder / kind.name)
            rows.append(_row(kind.name, index, time.perf_counter() - began, queries, truth, base))
    return rows


def _row(name: str, index: Index, built: float, queries: Floats, truth: list[set[int]], base: float) -> list[str]:
    """Return the row of an index that took ``built`` seconds, where the exact one takes ``base`` ms for a query."""
    duration = median([median(milliseconds(partial(index.search, query, K), 3)) for query in queries])
    share = recall(index, queries, truth)
    return [f"{len(index):,}", name, f"{built:.1f}", f"{share:.3f}", f"{duration:.2f}", f"{base / duration:.1f}"]


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", type=int, default=100)
    count = options.parse_args().queries
    text = load_engine().text
    assert isinstance(text, WordVectorEncoder)
    words = text.words
    vectors = unit(np.asarray(words.vectors, np.float32))
    rng = np.random.default_rng(7)
    columns = ["vectors", "index", "build s", "recall@10", "ms per query", "× exact"]
    with tempfile.TemporaryDirectory() as folder:
        queries = vectors[rng.choice(50_000, count, replace=False)]
        settings = [(20, 0), (20, AnnoyIndex.SEARCH_NODES), (WORD_TREES, AnnoyIndex.SEARCH_NODES)]
        print_table(
            "All words. The first row of Annoy has the settings of the notebook that this project starts from",
            columns,
            rows_of(vectors, settings, queries, Path(folder)),
        )
        rows = []
        for size in (1_000, 5_000, 20_000, 50_000, 100_000):
            sample = vectors[rng.choice(len(vectors), size, replace=False)]
            queries = sample[rng.choice(size, count, replace=False)]
            rows += rows_of(sample, [(AnnoyIndex.TREES, AnnoyIndex.SEARCH_NODES)], queries, Path(folder))
        print_table("Collections with the default settings (words instead of images)", columns, rows)


if __name__ == "__main__":
    main()
