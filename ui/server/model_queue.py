"""The network loads behind the first page, while the visitor reads; and each visitor's turn at it."""

from __future__ import annotations

import gc
import importlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from devise_core.settings import settings
from ui.server import event_log
from ui.server.rate_limit import turns

if TYPE_CHECKING:  # the server imports this as it starts, and is to listen before NumPy is there
    from streamlit.delta_generator import DeltaGenerator

    from devise_core.engine import Engine

DELAY = 3.0
"""Seconds from the first page to the start of loading: importing TensorFlow would slow the first answers down."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the model while the first browser is still fetching Streamlit's own files."""
    event_log.begin()
    threading.Thread(target=_open, daemon=True, name="open-model").start()
    yield


def start() -> None:
    """Start loading the model, once per server, unless ``SEMBLANCE_PRELOAD`` is off."""
    if settings().preload:
        _thread()


def load(engine: Engine) -> None:
    """Load the network, and say so where that takes a while. Raises ``ArtifactError`` for a damaged model."""
    if not engine.encoder.ready:
        with st.spinner("Loading the network: a few seconds, only this once…"):
            engine.encoder.load()
        gc.freeze()  # as ``_open`` says: with the network in its sight a search took eight times as long


@contextmanager
def network(engine: Engine, pictures: int = 1) -> Iterator[None]:
    """Run the block with the network loaded and a turn at it; says what is waited for.

    Not within another such block: that would wait for itself. Raises ``BusyError``, and ``ArtifactError`` for a damaged model.
    """
    load(engine)
    said: list[DeltaGenerator] = []

    def tell(before: int) -> None:
        said[:] = said or [st.empty()]
        said[0].info(
            f"{before} other{'s are' if before > 1 else ' is'} before you at the network: a moment…",
            icon=":material/hourglass_top:",
        )

    with turns().turn(tell) as waited:
        if said:
            said[0].empty()
        with event_log.timed("encode", pictures=pictures, queue_ms=round(1000 * waited, 1)):
            yield


@st.cache_resource(show_spinner=False)
def _thread() -> threading.Thread:
    thread = threading.Thread(target=_load, daemon=True, name="load-network")
    thread.start()
    return thread


def _open() -> None:
    """Open it, and keep what is to stay out of the garbage collector's sight.

    Streamlit has all of it looked through after each run of a page: with the words open that took longer than the search.
    """
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import model

    try:
        settings()  # the first call imports pydantic
        model().search_text("bird", k=1)
        importlib.import_module("ui.hit.gallery")
        gc.freeze()
    except DeviseError:
        return  # every page tries again, and shows what is wrong


def _load() -> None:
    from devise_core.errors import DeviseError
    from ui.server.engine_cache import model

    time.sleep(DELAY)
    try:
        model().encoder.load()
        gc.freeze()
    except DeviseError:
        return  # the page that needs the network tries again, and shows what is wrong
