"""Start the app, or any Streamlit script, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from devise_core.storage.paths import REPOSITORY

APP = REPOSITORY / "streamlit_app.py"
NO_WATCHER = ("--server.fileWatcherType", "none")


def free_port() -> int:
    """Return a port that no process listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(
    script: Path, port: int, options: Sequence[str] = NO_WATCHER, log: IO[str] | int = subprocess.DEVNULL, **environment: str
) -> subprocess.Popen[bytes]:
    """Start a server for a script.

    Args:
        script: The Streamlit script.
        port: Where it listens.
        options: Further options of ``streamlit run``.
        log: Where stderr goes.
        environment: Further environment variables.
    """
    command = ["-m", "streamlit", "run", script.name, "--server.headless", "true"]
    address = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    return subprocess.Popen(
        [sys.executable, *command, *address, *options],
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=subprocess.DEVNULL,
        stderr=log,
    )


@contextmanager
def serving(script: Path = APP, log: IO[str] | int = subprocess.DEVNULL, **environment: str) -> Iterator[tuple[str, int]]:
    """Run a server during a ``with`` block.

    Args:
        script: The Streamlit script.
        log: Where stderr goes.
        environment: Further environment variables.

    Yields:
        The server's address and its process id, once it answers.
    """
    port = free_port()
    process = start(script, port, log=log, **environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_answering(f"{address}/_stcore/health")
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_until_answering(url: str) -> None:
    """Wait until a server answers at ``url``, a minute at most."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except OSError:
            time.sleep(0.1)
