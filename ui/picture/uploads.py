"""The pictures that a visitor has uploaded to search in. The pictures are kept only in the memory of the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.serving.event_log import record_refusal
from devise_core.serving.open_engines import base_engine
from devise_core.settings import Settings, settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.upload_indexing import IndexedUploads, index_uploads
from ui import url_state
from ui.picture.dropzone import DroppedFiles
from ui.server.engine_cache import CHOSEN, UPLOADS, UPLOADS_ENGINE, UPLOADS_TITLE, choosable_collections
from ui.server.model_queue import load_model, model_slot
from ui.server.session_job import session_job

MAX_SKIPPED, MAX_REASON = 200, 500
PATIENCE = 3
"""A batch of uploads waits for the model this many times as long as a single picture, because refusing a batch loses more work."""
_STATE_KEY = "upload_state"


@dataclass
class UploadState:
    """What has happened to the uploads of this session.

    Attributes:
        last_batch: The number of the last batch that was received.
        skipped: A sentence for each file that could not be read, up to ``MAX_SKIPPED``.
        more_skipped: How many more files could not be read.
        notes: A sentence for each picture that was read although its file is damaged, up to ``MAX_SKIPPED``.
        repeated: How many uploads were skipped because the same picture had been uploaded before.
        full: Why no more pictures are accepted, or an empty string.
    """

    last_batch: int = 0
    skipped: list[str] = field(default_factory=list)
    more_skipped: int = 0
    notes: list[str] = field(default_factory=list)
    repeated: int = 0
    full: str = ""

    def skip(self, reasons: Sequence[str], more: int = 0) -> None:
        """Add ``reasons`` for files that could not be read, and the count of ``more`` such files."""
        room = MAX_SKIPPED - len(self.skipped)
        self.skipped += [reason[:MAX_REASON] for reason in reasons[:room]]
        self.more_skipped += more + max(0, len(reasons) - room)


def limits() -> Settings:
    """Return the settings that limit an upload."""
    return settings()


def upload_state() -> UploadState:
    """Return the state of this session's uploads."""
    state: UploadState = st.session_state.setdefault(_STATE_KEY, UploadState())
    return state


def uploaded_collection() -> InMemoryCollection | None:
    """Return the collection of this session's uploaded pictures, if there is one."""
    engine: Engine | None = st.session_state.get(UPLOADS_ENGINE)
    return engine.collection if engine and isinstance(engine.collection, InMemoryCollection) else None


def room() -> int:
    """Return how many more pictures are accepted."""
    return 0 if upload_state().full else settings().collection_images - len(uploaded_collection() or ())


def add_batch(batch: DroppedFiles) -> None:
    """Add a batch to the session's pictures and choose them as the collection to search."""
    state, earlier = upload_state(), uploaded_collection()
    state.last_batch = max(state.last_batch, batch.number)
    state.skip(batch.refused, batch.more)
    try:
        engine = base_engine()
        load_model(engine)
        indexed = _index(batch, engine, earlier.images if earlier else ())
    except DeviseError as error:  # the next batch tries again
        record_refusal(error)
        state.skip([str(error)])
        return
    state.skip(indexed.skipped)
    state.notes += [note[:MAX_REASON] for note in indexed.notes[: MAX_SKIPPED - len(state.notes)]]
    state.repeated += indexed.again
    state.full = indexed.full
    if indexed.new:
        st.session_state[UPLOADS_ENGINE] = engine.on(InMemoryCollection(UPLOADS, indexed.images, UPLOADS_TITLE))
        st.session_state[CHOSEN] = UPLOADS


def _index(batch: DroppedFiles, engine: Engine, images: Sequence[InMemoryImage]) -> IndexedUploads:
    job, wait = session_job(), PATIENCE * settings().queue_seconds
    return index_uploads(
        batch.files,
        engine.encoder,
        settings(),
        images,
        read=partial(read_upload, job=job, max_seconds=wait),
        slot=partial(model_slot, engine, max_seconds=wait),
        titles=engine.titles,
        job=job,
    )


def delete_all() -> None:
    """Delete all pictures of this session, and the parameters in the address that refer to them."""
    url_state.update(**dict.fromkeys((url_state.QUERY, url_state.ITEM, url_state.OPEN)))
    last_batch = upload_state().last_batch
    st.session_state.pop(UPLOADS_ENGINE, None)
    st.session_state[_STATE_KEY] = UploadState(last_batch)  # the browser continues the numbering
    st.session_state.pop(CHOSEN, None)
    if others := choosable_collections():  # else the address would be read as a link to the deleted pictures
        st.session_state[CHOSEN] = others[0].name
