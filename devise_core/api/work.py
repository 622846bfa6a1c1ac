"""Run the work of a request in a thread, with the same queues as the app, and end it when the client disconnects."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from typing import TypeVar

from starlette.requests import Request

from devise_core.api.report import CLIENT
from devise_core.engine import Engine
from devise_core.serving import event_log
from devise_core.serving.garbage import load_into_memory
from devise_core.serving.model_slots import model_slots
from devise_core.serving.open_engines import collection_engine, default_engine
from devise_core.settings import settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.job import Job
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_reader import note_on

Result = TypeVar("Result")

THREADS = 32
"""How many requests may open a collection or read a file at the same time."""
SEARCH_THREADS = 2
"""How many searches compute at the same time. More searches would only compete for the interpreter and all take longer."""


def engine_for(collection: str | None) -> Engine:
    """Return the engine over a collection, or over the default one. Raises ``DeviseError`` if it cannot be opened."""
    return collection_engine(collection) if collection else default_engine()


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run blocking work in a thread. The threads are not those that serve the app's own routes."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)


async def search_in_thread(collection: str | None, work: Callable[[Engine], Result]) -> Result:
    """Search a collection in one of a few threads, in the order of the requests.

    The collection is opened first, in another thread, so that a slow collection does not delay searches in other collections.

    Args:
        collection: The name of the collection, or None for the default one.
        work: Called with the engine over the collection.
    """
    engine = await in_thread(lambda: engine_for(collection))
    return await asyncio.get_running_loop().run_in_executor(_search_threads(), work, engine)


async def in_thread_for(request: Request, work: Callable[[Job], Result]) -> Result:
    """Run work on an image in a thread. The work ends when the client closes the connection.

    Args:
        request: The request. Its body must have been read.
        work: Called with a job that names the client, so that the queues serve clients in turn.
    """
    left = threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        left.set()

    watching = asyncio.create_task(watch())
    try:
        job = Job(request.scope[CLIENT].name, left.is_set)
        return await asyncio.get_running_loop().run_in_executor(_image_threads(), work, job)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def encode(engine: Engine, data: bytes, job: Job) -> tuple[Encoded, str]:
    """Decode an untrusted image in a process beside the server, and encode it when it is the turn of its client.

    Args:
        engine: The engine whose encoder is used.
        data: The bytes of an image file, as they were received.
        job: For whom the work is done.

    Returns:
        The features ``(1, f)`` and the embedding ``(1, d)`` of the image, and what was wrong with its file, or "".

    Raises:
        ImageError: The image cannot be read, or too many are being read.
        BusyError: The model is busy.
        AbandonedError: The client has left.
        ArtifactError: The file of the model is damaged.
    """
    image = read_upload(data, job=job)
    with _model_slot(engine, job):
        return engine.encode(image), note_on(image)


@contextmanager
def _model_slot(engine: Engine, job: Job) -> Iterator[None]:
    if not engine.encoder.ready:
        load_into_memory(engine.encoder)
    with model_slots().slot(job=job) as waited, event_log.timed("encode", pictures=1, queue_ms=round(1000 * waited, 1)):
        yield


@cache
def _search_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SEARCH_THREADS, "api-search")


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "api")


@cache
def _image_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings().api_images, "api-image")
