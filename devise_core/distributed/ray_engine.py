"""Run ``EmbeddingActor`` in the processes of a Ray cluster, which can be started on this machine for the run."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from devise_core.distributed.embedding_actor import EmbeddingActor
from devise_core.distributed.image_list import ListedImage
from devise_core.errors import CollectionError, extras_needed
from devise_core.vision.image_encoder import BATCH, ImageEncoder

LARGEST_SHARD = 8 * BATCH
"""The most images in one task, and so in one shard (see ``ShardStore``). If a process dies, its task is computed again."""
_TASKS_EACH = 4
_TRIES = 4
"""How many times a task is tried if its process dies."""
_STARTS = 3
"""How many times to try to start Ray on this machine. On a busy machine, the processes of Ray may take too long to start."""
_STORE_BYTES = 1 << 30
_ANSWER_SECONDS = 5.0
_ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""Each process has one core. Models that start a thread for each core would wait for each other."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""With these settings, Ray sends no usage statistics to its makers and prints no notice about GPUs."""


@dataclass(frozen=True)
class RayEngine:
    """How to run on Ray.

    Attributes:
        address: ``host:port`` of a cluster, "auto" for the running cluster of this machine, or "" to start a cluster for the run.
        workers: The number of processes, each with its own copy of the model. 0 means one per GPU, or one per core without GPUs.
    """

    address: str = ""
    workers: int = 0

    def embedded(self, images: Sequence[ListedImage], encoder: ImageEncoder) -> Generator[Any, None, None]:
        """Yield the Arrow tables that ``EmbeddingActor.embed`` returns, in any order. Each image is in exactly one table.

        A task whose process ends is run again in another process.

        Raises:
            CollectionError: If the cluster does not answer, or has fewer cores than ``workers``, or a task fails.
            MissingPackageError: If Ray is not installed.
        """
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        with extras_needed():
            import pyarrow
            import ray
        with _connected(self.address, self.workers):
            resources = ray.cluster_resources()
            gpus, cores = (int(resources.get(kind, 0)) for kind in ("GPU", "CPU"))
            workers = self.workers or gpus or cores
            if workers > cores or not cores:
                raise CollectionError(f"The cluster has {cores} cores. Give --workers {max(1, cores)} or fewer.")
            tables = (
                pyarrow.table({"uri": [os.fsencode(image.uri) for image in part], "stamp": [image.stamp for image in part]})
                for part in _parts(images, workers)
            )
            try:
                yield from _run(tables, workers, gpus, encoder)
            except ray.exceptions.RayError as error:
                cause = getattr(error, "cause", None) or error
                raise CollectionError(f"Ray could not embed the images ({str(cause).strip().splitlines()[-1]}).") from error


def _run(tables: Iterator[Any], workers: int, gpus: int, encoder: ImageEncoder) -> Iterator[Any]:
    """Give each actor two tables at a time, so that no actor waits. Yield the results as they come. An error ends the run."""
    import ray

    remote = ray.remote(num_cpus=1, num_gpus=min(1.0, gpus / workers), max_restarts=-1, max_task_retries=_TRIES - 1)(EmbeddingActor)
    actors = [remote.remote(encoder, encoder.model_id) for _ in range(workers)]
    working = {actor.embed.remote(table): actor for actor, table in zip(actors * 2, tables, strict=False)}
    while working:
        (ready,), _ = ray.wait(list(working), num_returns=1)
        actor = working.pop(ready)
        working |= {actor.embed.remote(table): actor for table in islice(tables, 1)}
        yield ray.get(ready)


def _parts(images: Sequence[ListedImage], workers: int) -> Iterator[Sequence[ListedImage]]:
    """Split the images into tasks of whole batches, several tasks for each worker."""
    batches = -(-len(images) // (workers * _TASKS_EACH * BATCH))
    size = min(LARGEST_SHARD, BATCH * max(1, batches))
    return (images[start : start + size] for start in range(0, len(images), size))


@contextmanager
def _connected(address: str, workers: int) -> Iterator[None]:
    import ray

    if address and address != "auto":
        _check_answers(address)
    options: dict[str, Any] = {"address": address or "local", "runtime_env": {"env_vars": _variables()}}
    if not address:  # Ray protects such a cluster with a token
        options |= {"num_cpus": workers or None, "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    for left in reversed(range(1 if address else _STARTS)):
        try:
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
            break
        except Exception as error:  # Ray raises a plain Exception if one of its processes has not started within 30 s
            ray.shutdown()
            if left:
                continue
            reason, advice = str(error).strip().splitlines()[0], "Check --address" if address else "Run the same command again"
            raise CollectionError(
                f"Ray does not start {f'at {address}' if address else 'on this machine'} ({reason.rstrip('.')}). {advice}."
            ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Raise ``CollectionError`` if no cluster answers at the address. Ray itself would wait for a minute."""
    host, _, port = address.partition("://")[2].rpartition(":") if "://" in address else address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise CollectionError(
            f"No Ray cluster answers at {address} ({error}). Give --address HOST:PORT of the head node of the cluster."
        ) from error


def _variables() -> dict[str, str]:
    """Return the environment of the actors: the settings of this process, and the path to import the library from."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("SEMBLANCE_")}
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]))
    return {**ours, **_ONE_THREAD, "PYTHONPATH": path}
