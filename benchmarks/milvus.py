"""Measure a collection in Milvus: recall of its graph against all vectors, and how long a page of filtered results takes.

The collection is one of ``benchmarks.scale``, copied with ``semblance copy FOLDER milvus:NAME``. Without ``--store``, this program
copies it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.table import print_table
from devise_core import Engine, load_engine
from devise_core.collections.contract import Compared, Scored
from devise_core.collections.copying import copy_collection
from devise_core.collections.folder import FolderCollection
from devise_core.collections.milvus import indexes
from devise_core.collections.milvus.store import MilvusStore
from devise_core.report.example_queries import QUERIES
from devise_core.search.conditions import EVERYTHING, Condition, HasLabel, InCategory, mask_of
from devise_core.vectors import Floats, unit

K, PAGE = 10, 24
PAGES: dict[Compared, str] = {"score": "of a text search", "visual": "by appearance"}


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the collection in a folder, as benchmarks.scale writes it")
    options.add_argument("--store", help="the name of its copy in Milvus, if there is one")
    options.add_argument(
        "--graph", action="store_true", help="copy it with a graph for both parts, which small collections do not have"
    )
    options.add_argument("--queries", type=int, default=100)
    arguments = options.parse_args()
    engine = load_engine(collection=arguments.folder)
    name = arguments.store or arguments.folder.name
    if arguments.graph:
        indexes.WITHOUT_GRAPH_UP_TO = 0
    if not arguments.store:
        copy_collection(engine.collection, f"milvus:{name}", engine.model_id, engine.parts)
    store = MilvusStore.open(name, model_id=engine.model_id)
    print_table(
        f"{len(store):,} images in Milvus, {store.facts['index']} and {store.facts['looks_index']}",
        ["what", ""],
        rows_of(engine, store, arguments.queries),
    )


def rows_of(engine: Engine, store: MilvusStore, count: int) -> list[list[str]]:
    """Return the rows of the table."""
    vectors = stored_vectors(engine)
    about = store.about()
    label, category = list(about.labels)[len(about.labels) // 2], next(iter(about.categories))
    count_inside = about.categories[category]
    conditions: dict[str, Condition] = {
        "all images": EVERYTHING,
        f"{count_inside:,} images of a category": InCategory(category),
        f"the other {len(store) - count_inside:,}": ~InCategory(category),
        f"{about.labels[label]:,} images with a label": HasLabel(label),
    }
    rows = []
    for by, matrix in vectors.items():
        queries = queries_of(engine, by, matrix, count)
        for where, condition in conditions.items():
            inside = np.flatnonzero(mask_of(condition, engine.collection.postings))
            recall = np.mean([recall_of(store, query, matrix, inside, by, condition) for query in queries])
            rows.append([f"recall@{K}, {by}, {where}", f"{recall:.3f}"])
    for where, condition in conditions.items():
        for by, what in PAGES.items():
            times = [time_of(store, query, by, condition) for query in queries_of(engine, by, vectors[by], count)]
            milliseconds = f"{np.median(times):.0f}, {np.quantile(times, 0.95):.0f}"
            rows.append([f"{PAGE} hits {what}, {where}, p50 and p95, ms", milliseconds])
    return rows


def stored_vectors(engine: Engine) -> dict[Compared, Floats]:
    """Return what Milvus compares, whole and exact."""
    collection = engine.collection
    assert isinstance(collection, FolderCollection)
    semantic, concept = collection.vector_rows("semantic")[:], collection.vector_rows("concept")[:]
    return {"score": np.hstack([semantic, concept]), "semantic": semantic, "visual": unit(collection.vector_rows("visual")[:])}


def queries_of(engine: Engine, by: Compared, matrix: Floats, count: int) -> list[Floats]:
    """Return queries as a search makes them: texts for "score", and images with noise for the others."""
    rng = np.random.default_rng(11)
    if by != "score":
        rows = matrix[rng.integers(len(matrix), size=count)]
        return list(unit(rows + 0.02 * rng.standard_normal(rows.shape).astype(np.float32)))
    scorer = engine.parts.scorer
    assert scorer is not None
    labels = [text for text in (*QUERIES, *engine.collection.about.labels) if engine.parts.word_filter.allows(text)]
    sides = [side for text in labels[: 3 * count] if (side := scorer.query(engine.query(text)))]
    return [np.hstack([each[0].vector, each[0].concept, [-1]]).astype(np.float32) for each in sides[:count]]


def recall_of(store: MilvusStore, query: Floats, matrix: Floats, inside: np.ndarray, by: Compared, condition: Condition) -> float:
    """Return the share of the hits that are as good as the exact ones. Equal values may come in any order."""
    exact = np.sort(matrix[inside] @ query)[::-1][:K]
    hits: list[Scored] = store.nearest(query, K, by=by, where=condition)
    return float(sum(hit.value >= exact[-1] - 1e-3 for hit in hits) / len(exact)) if len(exact) else 1.0


def time_of(store: MilvusStore, query: Floats, by: Compared, condition: Condition) -> float:
    """Return how many milliseconds a page of hits takes."""
    began = time.perf_counter()
    store.nearest(query, PAGE, by=by, where=condition)
    return 1_000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
