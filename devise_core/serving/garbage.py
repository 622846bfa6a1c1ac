"""Collect garbage in the background, so that no visitor waits for it.

By default, Streamlit collects garbage after each run of a page. It also clears the state of Keras, which collects garbage again.
With 20 visitors, the two together took 60% of the time in which the server ran Python. So both are turned off, by
``runner.postScriptGC`` in ``.streamlit/config.toml`` and by ``keep_keras_state``. Objects that stay in memory are hidden from
Python's garbage collector, and the other objects are checked in the background.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from devise_core.serving.quiet_stderr import without_tensorflow_notes

if TYPE_CHECKING:  # the server imports this module as it starts
    from devise_core.vision.image_encoder import ImageEncoder

MAX_HEAPS = 2
"""The number of heaps of the C library. By default, the C library makes a heap for each thread, up to eight per core, and each heap
keeps memory that a page needed only for a while. On two cores, ``python -m benchmarks.attacks`` raised the memory in use by 32%
with the default number of heaps, and not at all with two heaps."""
LEAST_MAPPED = 4 << 20
"""A memory block of at least this many bytes is mapped separately, so that its memory returns to the system when the block is
freed. By default, the C library raises this threshold to the largest block that was ever freed. The weights of the model are then
in a heap between free blocks that do not return to the system, and the server needed 20 MB more once an image was labelled."""
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""The numbers of the options in ``malloc.h``."""
PERIOD = 20.0
"""Seconds between two garbage collections. Python also collects by itself, but rarely checks all objects."""


def limit_heaps() -> None:
    """Let all threads share ``MAX_HEAPS`` heaps without large blocks. Call this function before any thread is started.

    Limits that are set in the environment are kept. See https://man7.org/linux/man-pages/man3/mallopt.3.html. On systems other than
    Linux, this function does nothing.
    """
    if option := _of_c_library("mallopt"):
        if "MALLOC_ARENA_MAX" not in os.environ:
            option(_M_ARENA_MAX, MAX_HEAPS)
        if "MALLOC_MMAP_THRESHOLD_" not in os.environ:
            option(_M_MMAP_THRESHOLD, LEAST_MAPPED)


def freeze_memory() -> None:
    """Collect garbage, such as a model that has been replaced, and hide the remaining objects from the garbage collector."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def load_into_memory(encoder: ImageEncoder) -> None:
    """Load the model, and keep Keras and the garbage collector from slowing down pages. Errors of ``encoder.load`` are raised."""
    with without_tensorflow_notes():
        encoder.load()
    keep_keras_state()
    freeze_memory()
    _return_memory()


def collect_in_background(period: float = PERIOD) -> threading.Event:
    """Start a thread that collects garbage regularly until the process ends.

    Args:
        period: Seconds between two collections.

    Returns:
        An event. Set it to end the thread earlier.
    """
    stopped = threading.Event()
    threading.Thread(target=_collect, args=(period, stopped), daemon=True, name="collect-garbage").start()
    return stopped


def keep_keras_state() -> None:
    """Keep Streamlit from clearing the state of Keras. Page runs create no models, and all of them share one model."""
    if keras := sys.modules.get("keras"):
        keras.backend.clear_session = _clear_nothing


def _clear_nothing(free_memory: bool = True) -> None:
    """Take the place of ``keras.backend.clear_session``."""


def _collect(period: float, stopped: threading.Event) -> None:
    while not stopped.wait(period):
        gc.collect()
        _return_memory()


def _return_memory() -> None:
    """Return free memory to the system. Otherwise the C library of Linux keeps most of it in its heaps."""
    if trim := _of_c_library("malloc_trim"):
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """Return a function of the C library of Linux, or None on other systems, or if the library does not have the function."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
