"""Copy a collection into a Milvus server with and without ``--bulk``, and compare time, memory and answers.

The collection is one of ``benchmarks.scale``. The server is the one of ``benchmarks.milvus_server``, which this program starts:
``PYTHONPATH=build-cache/milvus python -m benchmarks.milvus_bulk FOLDER``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.milvus import K, queries_of, stored_vectors
from benchmarks.milvus_server import milvus_server, run_alone
from benchmarks.table import print_table
from devise_core import load_engine
from devise_core.collections.contract import Compared
from devise_core.collections.milvus.sealing import BLOCK
from devise_core.collections.milvus.store import MilvusStore
from devise_core.settings import settings
from devise_core.storage.paths import REPOSITORY

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def copy(folder: Path, name: str, server: Any, bulk: str) -> list[str]:
    """Copy a collection, and return the seconds, the CPU seconds of both processes, and the memory of the command in MB."""
    command = [sys.executable, "-m", "devise_core", "copy", str(folder), f"milvus:{name}", *(["--bulk", bulk] if bulk else [])]
    before, began = cpu_of(server.server_proc.pid), time.perf_counter()
    run = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        sys.exit(f"{' '.join(command)} has failed.")
    seconds, of_server = time.perf_counter() - began, cpu_of(server.server_proc.pid) - before
    return [f"{value:.0f}" for value in (seconds, used.ru_utime + used.ru_stime, of_server, used.ru_maxrss / 1024)]


def ids_of(store: MilvusStore) -> list[str]:
    """Return the ids of all images in the order of their rows."""
    rows: dict[int, str] = {}
    for start in range(0, len(store), BLOCK):
        part = f"row >= {start} and row < {start + BLOCK}"
        rows |= {int(each["row"]): str(each["id"]) for each in store.connection.query(store.version.images, part, ["row", "id"])}
    return [rows[row] for row in range(len(store))]


def agreement(folder: Path, names: tuple[str, str], count: int) -> list[list[str]]:
    """Return how many of the first ``K`` images of queries both copies have in common."""
    engine = load_engine(collection=folder)
    first, second = (MilvusStore.open(name, model_id=engine.model_id) for name in names)
    rows = [["images, and the same ids in the same order", f"{len(first):,}, {ids_of(first) == ids_of(second)}"]]
    rows += [["facts of both", str(first.about() == second.about())]]
    by: Compared
    for by, matrix in stored_vectors(engine).items():
        shares = []
        for query in queries_of(engine, by, matrix, count):
            hits = [{hit.id for hit in store.nearest(query, K, by=by)} for store in (first, second)]
            shares.append(len(hits[0] & hits[1]) / len(hits[0]))
        rows.append([f"first {K} that both have, {by}, {len(shares)} queries", f"{np.mean(shares):.3f}"])
    return rows


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="the collection in a folder, as benchmarks.scale writes it")
    options.add_argument("--queries", type=int, default=30)
    arguments = options.parse_args()
    if (status := run_alone("benchmarks.milvus_bulk", sys.argv[1:])) is not None:
        sys.exit(status)
    with tempfile.TemporaryDirectory(prefix="semblance-bulk-") as folder, milvus_server() as server:
        os.environ["SEMBLANCE_MILVUS_URI"] = f"http://127.0.0.1:{server.listen_port}"
        os.environ["SEMBLANCE_MILVUS_PICTURES"] = f"{folder}/pictures"
        settings.cache_clear()
        source = arguments.folder.absolute()
        ways = (("without --bulk", "batches", ""), ("with --bulk", "files", f"{folder}/files"))
        rows = [[kind, *copy(source, name, server, bulk)] for kind, name, bulk in ways]
        columns = ["copied", "s", "CPU s of the command", "CPU s of the server", "most memory of the command, MB"]
        print_table("Copying into Milvus", columns, rows)
        print_table("Both copies", ["what", ""], agreement(source, ("batches", "files"), arguments.queries))


if __name__ == "__main__":
    main()
