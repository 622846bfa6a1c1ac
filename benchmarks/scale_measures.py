"""Measure one collection for ``benchmarks.scale``. It runs in its own process, to measure its memory and opening time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.scale_reference import exact_scores, whole_matrix_page
from benchmarks.table import median, print_table
from devise_core import Engine, load_engine
from devise_core.search.conditions import EVERYTHING, Condition, HasLabel, InCategory
from devise_core.search.cutoff import chance_of
from devise_core.search.near_duplicates import fold_near_duplicates
from devise_core.search.products import use_one_thread
from devise_core.storage.mapped_rows import row_blocks
from devise_core.vectors import Floats, Rows
from ui.query.examples import QUERIES

SHOWN, K = 24, 10


def resident() -> float:
    """Return the resident memory of this process in MB, or NaN if the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * 4096 / (1 << 20)


def timed(calls: Sequence[Callable[[], object]]) -> list[str]:
    """Return the median CPU time, the median time and the longest time of the calls in milliseconds, after a warm-up call."""
    calls[0]()
    cpu, wall = [], []
    for call in calls:
        began = time.process_time(), time.perf_counter()
        call()
        cpu.append(1000 * (time.process_time() - began[0]))
        wall.append(1000 * (time.perf_counter() - began[1]))
    return [f"{median(cpu):.1f}", f"{median(wall):.1f}", f"{max(wall):.1f}"]


def page(engine: Engine, text: str, where: Condition = EVERYTHING, by_name: bool = False) -> None:
    """Do what the page of a text search does, without drawing it."""
    collection = engine.collection
    query = engine.query(text)
    matches = engine.matches(query, where)
    listed = matches.strong().then(matches.inside)
    matches.strong_count()
    folded, _ = fold_near_duplicates(listed, collection.vector_rows("visual"))
    if by_name:
        folded = folded.by_name(collection.sort_keys(folded.rows, "name"))
    engine.hits(folded[:SHOWN])
    engine.found_by_caption(query, 48)


def filters(engine: Engine) -> dict[str, Condition]:
    """Return a wide and a narrow condition."""
    about = engine.collection.about
    label, category = list(about.labels)[-1], next(iter(about.categories))
    return {f"in {category}": InCategory(category), f"labelled {label}": HasLabel(label)}


def measure_pages(engine: Engine, queries: Sequence[str]) -> None:
    """Print the time of each part of a page."""
    read = [engine.query(text) for text in queries]
    steps: dict[str, list[Callable[[], object]]] = {
        "read the query": [partial(engine.query, text) for text in queries],
        "rank": [partial(engine.ranking, query) for query in read],
        "rank and judge": [partial(engine.matches, query) for query in read],
        "find by caption": [partial(engine.found_by_caption, query, 48) for query in read],
        "page": [partial(page, engine, text) for text in queries],
        "page by name": [partial(page, engine, text, by_name=True) for text in queries],
    }
    for name, where in filters(engine).items():
        steps[f"page, {name}"] = [partial(page, engine, text, where) for text in queries]
    ids = [engine.hits(engine.ranking(query)[:1])[0].id for query in read]
    steps["similar in meaning"] = [partial(engine.more_like, item_id, K) for item_id in ids]
    steps["similar in appearance"] = [partial(engine.more_like, item_id, K, "visual") for item_id in ids]
    if len(engine.collection) <= 200_000:
        whole = whole_matrix_page(engine)
        steps["page over whole matrices, as before"] = [partial(whole, text) for text in queries[:5]]
    print_table(f"{len(engine.collection):,} images: the work of a page", ["part", "CPU ms", "ms", "most ms"], _rows(steps))


def _rows(steps: dict[str, list[Callable[[], object]]]) -> list[list[str]]:
    return [[name, *timed(calls)] for name, calls in steps.items()]


def measure_truth(engine: Engine, queries: Sequence[str]) -> None:
    """Print recall, counts and the chance level, against all vectors."""
    collection = engine.collection
    read = [engine.query(text) for text in queries]
    looks = [engine.hits(engine.ranking(query)[:1])[0].row for query in read]
    cosines, scores, appearance = exact_scores(engine, read, looks)
    shares: dict[str, list[float]] = {"text, score without kinds": [], "text, cosine": [], "appearance": []}
    counted = 0
    for place, query in enumerate(read):
        scan = engine.scan(query)
        shares["text, score without kinds"].append(_share(scan.window(K).rows, scores[place]))
        shares["text, cosine"].append(_share(engine.ranking(query.vectors[0]).rows[:K], cosines[place]))
        feature = collection.vector_rows("visual")[looks[place]]
        rows, _ = collection.feature_index.search(feature / np.linalg.norm(feature), K)
        shares["appearance"].append(_share(rows, appearance[place]))
        least = float(np.quantile(cosines[place], 0.999, method="midpoint"))  # between two cosines: rounding would decide at one
        counted += engine.scan(query.vectors[0]).count(least) == int(np.count_nonzero(cosines[place] >= least))
    rows_ = [[name, f"{np.mean(values):.3f}"] for name, values in shares.items()]
    rows_.append(["counts that are exact", f"{counted} of {len(read)}"])
    nouns = engine.parts.random_nouns
    if nouns is not None:
        best = np.full(len(nouns), -1, dtype=np.float32)
        for block in row_blocks(len(collection), 8_192):
            best = np.maximum(best, (nouns @ collection.vector_rows("semantic")[block].T).max(axis=1))
        rows_.append(["chance level, stored and over all images", f"{engine.chance_cosine:.3f}, {chance_of(best):.3f}"])
    print_table(f"{len(collection):,} images: recall@{K} against all vectors", ["what", ""], rows_)


def _share(rows: Rows, truth: Floats) -> float:
    """Return the share of ``K`` rows that are as good as the best. Equal values may come in any order."""
    least = np.partition(truth, -K)[-K]
    return float(np.mean(truth[rows[:K]] >= least - 1e-6))


def main() -> None:
    """Measure the collection in the folder that the command line names."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--queries", type=int, default=30)
    arguments = options.parse_args()
    use_one_thread()  # as the app and the API do
    model = load_engine()
    queries = QUERIES[: arguments.queries]
    for text in queries:
        model.matches(model.query(text))  # what the model itself opens is not counted
    before, began = resident(), (time.process_time(), time.perf_counter())
    engine = model.on(arguments.folder)
    engine.collection.verify()
    opened = time.process_time() - began[0], time.perf_counter() - began[1]
    page(engine, "dog")
    first = time.perf_counter() - began[1]
    for text in queries:
        page(engine, text)
    size = sum(file.stat().st_size for file in arguments.folder.rglob("*") if file.is_file()) / (1 << 20)
    values = [f"{size:,.0f}", f"{opened[0]:.2f}", f"{opened[1]:.2f}", f"{first:.2f}", f"{before:.0f}", f"{resident():.0f}"]
    columns = ["images", "MB on disk", "open CPU s", "open s", "first page s", "MB before", f"MB after {len(queries)} pages"]
    print_table(f"{len(engine.collection):,} images: opening", columns, [[f"{len(engine.collection):,}", *values]])
    measure_pages(engine, queries)
    measure_truth(engine, queries)


if __name__ == "__main__":
    main()
