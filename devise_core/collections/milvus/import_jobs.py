"""Make a Milvus server import Parquet files, and wait until all are imported.

An import does not check whether an image is stored already. So files are imported into parts that are empty at first, and no file
is imported twice.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from devise_core.collections.milvus.import_calls import DONE, FAILED, ImportCalls
from devise_core.errors import CollectionError

_EVERY_SECONDS, _IDLE_SECONDS = 0.5, 1_800.0
_UNREAD = ("no such file", "not exist", "nosuchkey", "access denied", "permission denied", "failed to get file size")

Progress = Callable[[int, int], None]
"""Called with the number of files that are imported and the total."""


def import_files(
    calls: ImportCalls, files: Sequence[tuple[str, str]], progress: Progress | None = None, idle_seconds: float = _IDLE_SECONDS
) -> None:
    """Make the server import files, and wait until all are imported.

    Args:
        calls: The import calls of the server.
        files: Pairs of a part and a file to import into that part. Both are names that the server knows.
        progress: Called after each file.
        idle_seconds: The run fails if no job changes for this long.

    Raises:
        CollectionError: A file was not imported. The message says why, and what to do.
    """
    waiting, running, done = deque(files), dict[Any, str](), 0
    seen, changed = "", time.monotonic()
    while waiting or running:
        while waiting and len(running) < calls.at_a_time:
            part, file = waiting.popleft()
            running[calls.start(part, file)] = file
        states = {job: calls.state(job) for job in running}
        for job, (state, reason) in states.items():
            if state == FAILED:
                raise CollectionError(_failed(running[job], reason))
            if state == DONE:
                done += 1
                del running[job]
                if progress:
                    progress(done, len(files))
        if seen != (now := repr(states)):
            seen, changed = now, time.monotonic()
        elif time.monotonic() - changed > idle_seconds:
            raise CollectionError(_idle(running.values(), idle_seconds))
        if running:
            time.sleep(_EVERY_SECONDS)


def finish_jobs(calls: ImportCalls, part: str, seconds: float = _IDLE_SECONDS) -> None:
    """Wait until the jobs that an interrupted run has left for a part have succeeded or failed.

    Call this before deleting the part. Otherwise Milvus 2.3 tries for 15 minutes to import into the deleted part, and runs no other
    job.

    Args:
        calls: The import calls of the server.
        part: The name of the part.
        seconds: The longest time to wait.
    """
    jobs, until = calls.jobs(part), time.monotonic() + seconds
    while time.monotonic() < until and (jobs := [job for job in jobs if calls.state(job)[0] not in (DONE, FAILED)]):
        time.sleep(_EVERY_SECONDS)


def _failed(file: str, reason: str) -> str:
    said = " ".join(reason.split())[:300] or "no reason given"
    if any(word in said.lower() for word in _UNREAD):
        remedy = "Give --bulk a folder that the server sees under the same path, or its bucket, and run the same command again."
    else:
        remedy = "Fix the cause and run the same command again, or copy without --bulk."
    return f"Milvus did not import {file} ({said}). {remedy}"


def _idle(files: Iterable[str], seconds: float) -> str:
    return (
        f"The import of {next(iter(files))} into Milvus made no progress for {seconds / 60:.0f} minutes. "
        "Look at the log of Milvus, and run the same command again."
    )
