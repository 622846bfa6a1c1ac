"""The network loads behind the first page, while the visitor reads."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:  # the server imports this as it starts, and is to listen before NumPy is there
    from devise_core.engine import Engine

DELAY = 3.0
"""Seconds from the first page to the start of loading: importing TensorFlow would slow the first answers down."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the model while the first browser is still fetching Streamlit's own files."""
    threading.Thread(target=_open, daemon=True, name="open-model").start()
    yield


def start() -> None:
    """Begin to load, once for the server; ``DEVISE_WARM=0`` leaves it to the first picture."""
    if os.environ.get("DEVISE_WARM") != "0":
        _thread()


@contextmanager
def network(engine: Engine) -> Iterator[None]:
    """Say so while the network is not ready, then run the block with it loaded."""
    if not engine.encoder.ready:
        with st.spinner("Loading the network: a few seconds, only this once…"):
            engine.encoder.load()
    yield


@st.cache_resource(show_spinner=False)
def _thread() -> threading.Thread:
    thread = threading.Thread(target=_load, daemon=True, name="load-network")
    thread.start()
    return thread


def _open() -> None:
    from devise_core.errors import DeviseError
    from ui.engines import model

    try:
        model().search_text("bird", k=1)
        importlib.import_module("ui.gallery")
    except DeviseError:
        return  # every page tries again, and shows what is wrong


def _load() -> None:
    from devise_core.errors import DeviseError
    from ui.engines import model

    time.sleep(DELAY)
    try:
        model().encoder.load()
    except DeviseError:
        return  # the page that needs the network tries again, and shows what is wrong
