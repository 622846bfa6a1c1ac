"""Use the model from a page: load it once, and wait in line for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from devise_core.serving import event_log
from devise_core.serving.garbage import load_into_memory
from devise_core.serving.model_slots import model_slots
from devise_core.untrusted.slot_queue import count_requests
from ui.server.rate_limit import cpu_time_not_counted
from ui.server.session_job import session_job

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from devise_core.engine import Engine


def load_model(engine: Engine) -> None:
    """Load the model if it is not loaded yet, with a spinner. Raises ``ArtifactError`` if the model file is damaged."""
    if not engine.encoder.ready:
        loading = st.spinner("Loading the model. This takes a few seconds and happens only once…")
        with loading, cpu_time_not_counted():
            load_into_memory(engine.encoder)


@contextmanager
def model_slot(engine: Engine, pictures: int = 1, max_seconds: float | None = None) -> Iterator[None]:
    """Load the model, wait for a slot in its queue, and run the block. While waiting, show how many requests are ahead.

    Do not nest these blocks, because the inner block could wait for the slot of the outer block.

    Args:
        engine: The engine whose model is used.
        pictures: The number of pictures that the model encodes in the block, for the log.
        max_seconds: The longest time to wait in seconds, by default ``SEMBLANCE_QUEUE_SECONDS``.

    Raises:
        AbandonedError: The visitor has left.
        BusyError: The queue is full, or the wait was too long.
        ArtifactError: The model file is damaged.
    """
    load_model(engine)
    boxes: list[DeltaGenerator] = []

    def show_wait(ahead: int) -> None:
        boxes[:] = boxes or [st.empty()]
        boxes[0].info(f"Waiting for the model. {count_requests(ahead)} ahead of you.", icon=":material/hourglass_top:")

    with model_slots().slot(show_wait, session_job(), max_seconds) as waited:
        if boxes:
            boxes[0].empty()
        with event_log.timed("encode", pictures=pictures, queue_ms=round(1000 * waited, 1)):
            yield
