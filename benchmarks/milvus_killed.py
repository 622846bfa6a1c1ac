"""Kill a Milvus server, or the command that writes to it, at random moments.

After the server has started again and the command has run again, the collection must have each image once. The server is the one of
``benchmarks.milvus_server``: ``PYTHONPATH=build-cache/milvus python -m benchmarks.milvus_killed``.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.camera_folder import write_camera_folder
from benchmarks.milvus_server import milvus_server, run_alone
from benchmarks.ray_killed import COUNT, FIRST, SEED, MeanColour, lost_and_doubled, write_command
from benchmarks.table import print_table
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.settings import settings
from devise_core.storage.paths import REPOSITORY

LAST = 14.0
"""The most seconds from the start of the command to the kill. After embedding, writing to the server takes several."""
GIVES_UP = 300.0
"""The most seconds that the command may take to end with an error after the server was killed."""


def use(server: Any) -> None:
    """Let what is started from now on use this server. It may listen on another port than before it was killed."""
    os.environ["SEMBLANCE_MILVUS_URI"] = f"http://127.0.0.1:{server.listen_port}"
    settings.cache_clear()


def kill(kind: str, server: Any, source: Path, rounds: int) -> list[str]:
    """Kill the server or the command in each round, and return a row of the table."""
    generator, killed, faults = random.Random(SEED), 0, Counter[str]()
    for number in range(rounds):
        name = f"{kind}_{number}"
        command = write_command(source, name, "--milvus")
        run = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            run.wait(generator.uniform(FIRST, LAST))
        killed += run.poll() is None
        if kind == "server":
            server.server_proc.send_signal(signal.SIGKILL)
            server.server_proc.wait()
            run.wait(GIVES_UP)
            server.start()
            use(server)
        else:
            run.kill()
            run.wait()
        again = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
        if again.returncode:
            sys.exit(f"Round {number}: the next run did not complete.\n{again.stderr[-2_000:]}")
        collection = MilvusCollection.open(name, MeanColour.model_id)
        faults += lost_and_doubled(source, collection.items_at(range(len(collection))))
    return [kind, *map(str, (rounds, killed, faults["lost"], faults["doubled"]))]


def main() -> None:
    """Run the benchmark and print its table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="how many runs of each kind (default: %(default)s)")
    options.add_argument("--images", type=int, default=COUNT, help="how many images each run has (default: %(default)s)")
    arguments = options.parse_args()
    if (status := run_alone("benchmarks.milvus_killed", sys.argv[1:])) is not None:
        sys.exit(status)
    with tempfile.TemporaryDirectory() as folder, milvus_server() as server:
        os.environ["SEMBLANCE_COLLECTIONS"] = f"{folder}/collections"
        use(server)
        source = write_camera_folder(Path(folder) / "images", arguments.images)
        rows = [kill(kind, server, source, arguments.rounds) for kind in ("server", "driver")]
    columns = ["process", "runs", "killed", "images lost", "doubled"]
    print_table(f"Killed while {arguments.images:,} images were written to Milvus", columns, rows)


if __name__ == "__main__":
    main()
