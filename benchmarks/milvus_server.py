"""Run a command beside a Milvus server that nobody else can reach.

The server is the one in the package ``milvus``, which ``make scale`` installs beside the environment. It listens on all
addresses, so both run in a namespace of Linux that has only the loopback interface. Its files are in a temporary folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

INSIDE = "SEMBLANCE_TEST_NAMESPACE"


def run_alone(module: str, arguments: Sequence[str]) -> int | None:
    """Run a module again where there is only the loopback interface. Return its exit status, or None if it runs there already."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    alone = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return subprocess.run(
        [*alone, sys.executable, "-m", module, *arguments], env=os.environ | {INSIDE: "1"}, check=False
    ).returncode


@contextmanager
def milvus_server() -> Iterator[Any]:
    """Run a server, and yield it. Call ``run_alone`` before."""
    package = import_module("milvus")
    with tempfile.TemporaryDirectory(prefix="semblance-milvus-server-") as folder:
        server = package.MilvusServer(package.MilvusServerConfig(data_dir=folder))
        with server:  # waits until it answers, and ends it
            yield server


def main(command: list[str]) -> int:
    """Run the command. Return its exit status."""
    if not command:
        print("usage: python -m benchmarks.milvus_server COMMAND ...", file=sys.stderr)
        return 2
    if (status := run_alone("benchmarks.milvus_server", command)) is not None:
        return status
    with milvus_server() as server:
        uri = f"http://127.0.0.1:{server.listen_port}"
        variables = {"SEMBLANCE_TEST_MILVUS": uri, "SEMBLANCE_MILVUS_URI": uri}
        return subprocess.run(command, env=os.environ | variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
