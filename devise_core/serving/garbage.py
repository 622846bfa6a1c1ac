"""Collect garbage where no visitor waits for it.

Streamlit collects garbage after each run of a page. It also clears the state of Keras then, which collects garbage again. With
20 visitors, both took 60% of the time in which the server ran Python. So neither is done: see ``runner.postScriptGC`` in
``.streamlit/config.toml``, and ``keep_keras_state``. What stays in memory is hidden from the collector, and the rest is collected
in the background.
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
"""Heaps of the C library. By default it makes one for each thread, up to eight per core, and each keeps memory that a page
needed only for a while. On two cores, ``python -m benchmarks.attacks`` left 32% more memory in use with them, and no more
with two heaps."""
LEAST_MAPPED = 4 << 20
"""A block of at least this many bytes is mapped by itself, so that its memory is given back as soon as it is free. By default the
C library raises this limit to the largest block that was ever freed. The weights of the model are then in a heap between free
blocks that are not given back, and the server needed 20 MB more after the first label."""
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""The numbers of the options in ``malloc.h``."""
PERIOD = 20.0
"""Seconds between two collections. Python starts some by itself, but rarely a full one."""


def limit_heaps() -> None:
    """Let all threads share ``MAX_HEAPS`` heaps without large blocks. Call it before any thread is started.

    The environment may set other limits. See https://man7.org/linux/man-pages/man3/mallopt.3.html. Other systems than Linux have no
    such heaps.
    """
    if option := _of_c_library("mallopt"):
        if "MALLOC_ARENA_MAX" not in os.environ:
            option(_M_ARENA_MAX, MAX_HEAPS)
        if "MALLOC_MMAP_THRESHOLD_" not in os.environ:
            option(_M_MMAP_THRESHOLD, LEAST_MAPPED)


def freeze_memory() -> None:
    """Collect garbage, such as a model that has been replaced, and hide the rest from the collector."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def load_into_memory(encoder: ImageEncoder) -> None:
    """Load the model in a way that does not slow down what runs beside it. Raises what ``ImageEncoder.load`` raises."""
    with without_tensorflow_notes():
        encoder.load()
    keep_keras_state()
    freeze_memory()
    _return_memory()


def collect_in_background(period: float = PERIOD) -> threading.Event:
    """Collect garbage from now on, in a thread that ends with the process.

    Args:
        period: Seconds between two collections.

    Returns:
        Set it to end the thread earlier.
    """
    stopped = threading.Event()
    threading.Thread(target=_collect, args=(period, stopped), daemon=True, name="collect-garbage").start()
    return stopped


def keep_keras_state() -> None:
    """Keep Streamlit from clearing the state of Keras. No run of a page makes a model, and the one model is used by all of them."""
    if keras := sys.modules.get("keras"):
        keras.backend.clear_session = _clear_nothing


def _clear_nothing(free_memory: bool = True) -> None:
    """Take the place of ``keras.backend.clear_session``."""


def _collect(period: float, stopped: threading.Event) -> None:
    while not stopped.wait(period):
        gc.collect()
        _return_memory()


def _return_memory() -> None:
    """Give memory that is free back to the system. The C library of Linux keeps most of it in its heaps."""
    if trim := _of_c_library("malloc_trim"):
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """Return a function of the C library of Linux. None on other systems, and if that library does not have it."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
