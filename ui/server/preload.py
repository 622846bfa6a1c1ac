"""Load the model in the background, before the first visitor needs it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import metadata

import streamlit as st

from devise_core.serving import event_log
from devise_core.serving.garbage import collect_in_background, freeze_memory, limit_heaps, load_into_memory
from devise_core.settings import settings
from ui.server.file_expiry import delete_unused_files
from ui.server.session_expiry import end_expired_sessions

DELAY = 3.0
"""Seconds from the first page to the start of loading. If TensorFlow was imported earlier, the first pages would be slower."""


def lifespan(import_pages: Callable[[], None]) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    """Return a lifespan for ``st.App``. When the app starts, it begins to open the engine in the background.

    Args:
        import_pages: Imports the modules that most pages need. It is called in the background.
    """

    @asynccontextmanager
    async def running(_: st.App) -> AsyncIterator[None]:
        limit_heaps()
        start_log()
        collect_in_background()
        threading.Thread(target=_open_engine, args=(import_pages,), daemon=True, name="open-engine").start()
        expiries = [asyncio.create_task(end_expired_sessions()), asyncio.create_task(delete_unused_files())]
        yield
        for expiry in expiries:
            expiry.cancel()

    return running


def start_log() -> None:
    """Start to write events to the log.

    Streamlit's own log message about an unexpected error is turned off, because it may quote what a visitor typed.
    """
    logging.getLogger("streamlit.error_util").disabled = True
    event_log.start(streamlit=metadata.version("streamlit"))


def start_model_loading() -> None:
    """Start loading the model, once per server, unless ``SEMBLANCE_PRELOAD`` is off."""
    if settings().preload:
        _loading_thread()


@st.cache_resource(show_spinner=False)
def _loading_thread() -> threading.Thread:
    thread = threading.Thread(target=_load_model, daemon=True, name="load-model")
    thread.start()
    return thread


def _open_engine(import_pages: Callable[[], None]) -> None:
    """Open the engine, answer one query, and import the modules that the pages need."""
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import base_engine, list_remote_collections

    try:
        settings()  # the first call imports pydantic
        list_remote_collections()
        base_engine().search_text("bird", k=1)
        import_pages()
        freeze_memory()
    except DeviseError:
        return  # every page tries again and shows the error


def _load_model() -> None:
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import base_engine

    time.sleep(DELAY)
    try:
        load_into_memory(base_engine().encoder)
    except DeviseError:
        return  # the page that needs the model tries again and shows the error
