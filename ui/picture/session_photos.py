"""This visitor's own photos: in the memory of the visit, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from devise_core.collections.in_memory import InMemoryCollection
from devise_core.engine import DEFAULT_COLLECTION, Engine
from devise_core.errors import DeviseError
from devise_core.settings import Settings, settings
from devise_core.untrusted.upload_indexing import index_uploads
from ui.picture.dropzone import Batch
from ui.server.engine_cache import ALBUM, CHOSEN, OWN, model
from ui.server.event_log import refused
from ui.server.model_queue import load, network

_STATE = "photos_state"


@dataclass
class Taken:
    """Batches taken so far, what could not be read, how many were there already, and why no more are taken."""

    batches: int = 0
    skipped: list[str] = field(default_factory=list)
    again: int = 0
    full: str = ""


def limits() -> Settings:
    """What is allowed here."""
    return settings()


def taken() -> Taken:
    state: Taken = st.session_state.setdefault(_STATE, Taken())
    return state


def album() -> InMemoryCollection | None:
    here: Engine | None = st.session_state.get(ALBUM)
    return here.collection if here and isinstance(here.collection, InMemoryCollection) else None


def room() -> int:
    """How many pictures more may come."""
    return 0 if taken().full else limits().collection_images - len(album() or ())


def take(batch: Batch) -> None:
    """Add a batch to the photos of the visit, and search among them from now on."""
    state, before = taken(), album()
    state.batches = max(state.batches, batch.number)
    state.skipped += batch.refused
    try:
        here = model()
        load(here)
        found = index_uploads(batch.files, here.encoder, limits(), before.images if before else (), slot=partial(network, here))
    except DeviseError as error:  # the next batch tries again
        refused(error)
        state.skipped.append(str(error))
        return
    state.skipped += found.skipped
    state.again += found.again
    state.full = found.full
    if found.new:
        st.session_state[ALBUM] = here.on(InMemoryCollection(OWN, found.images))
        st.session_state[CHOSEN] = OWN


def forget() -> None:
    """Nothing of them is left."""
    batches = taken().batches
    st.session_state.pop(ALBUM, None)
    st.session_state[_STATE] = Taken(batches)  # the browser counts on
    st.session_state[CHOSEN] = DEFAULT_COLLECTION
