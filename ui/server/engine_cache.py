"""The engine of a page: one model for the whole server, and one open collection per name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from weakref import WeakKeyDictionary

import streamlit as st

from devise_core.engine import Engine, default_collection, load_any_engine
from devise_core.errors import DeviseError, OtherModelError
from devise_core.storage.paths import ArtifactLayout, CollectionLayout, artifacts_folder, stamp
from ui.url_state import COLLECTION

CHOSEN = COLLECTION
"""The name of the chosen collection is kept under this key, in the session and in the address."""
UPLOADS_ENGINE = "uploads_engine"
"""Session key of the engine over the visitor's uploaded pictures."""
UPLOADS = "your pictures"
"""Name of the collection of uploaded pictures."""
UPLOADS_TITLE = "Your pictures"


class _EngineCache:
    """Engines by name. An engine is opened again when its files change. A failure is not cached, so that files can be fixed."""

    def __init__(self) -> None:
        self._lock, self._entries = RLock(), dict[str, tuple[object, Engine]]()

    def get(self, name: str, version: object, open_engine: Callable[[], Engine]) -> Engine:
        """Return the engine ``name``, opened again if ``version`` is not the one it was opened with."""
        with self._lock:
            entry = self._entries.get(name)
            if entry is None or entry[0] != version:
                entry = self._entries[name] = (version, open_engine())
            return entry[1]


_BASE = _EngineCache()
_COLLECTIONS: WeakKeyDictionary[Engine, _EngineCache] = WeakKeyDictionary()
"""The open collections of a base engine. They are dropped with it when the model's files change."""


def base_engine() -> Engine:
    """Return the engine over the first collection that opens. The model itself is loaded later. Raises ``DeviseError``."""
    root = artifacts_folder()
    return _BASE.get("", (root, stamp(ArtifactLayout(root).opened)), lambda: load_any_engine(root))


def current_engine() -> Engine:
    """Return the engine over the collection that this visitor has chosen, or else over the default one.

    A model without the default collection gets its first one. Raises ``DeviseError``.
    """
    name = st.session_state.get(CHOSEN)
    if name == UPLOADS and UPLOADS_ENGINE in st.session_state:
        uploads: Engine = st.session_state[UPLOADS_ENGINE]
        return uploads
    base = base_engine()
    folder = base.collections().get(name or default_collection())
    if folder:
        return _engine_over(base, folder)
    return base.on(name) if name else base


def collection_engine(name: str) -> Engine:
    """Return the engine over the collection ``name`` of this server, for a route. Raises ``DeviseError``."""
    base = base_engine()
    folder = base.collections().get(name)
    return _engine_over(base, folder) if folder else base.on(name)


@dataclass(frozen=True)
class Choosable:
    """A collection that a visitor can choose.

    Attributes:
        name: Its name in commands and in the address.
        title: What pages call it.
        description: What it shows, in a sentence, or an empty text.
        opens: Whether it opens. Otherwise it is damaged.
    """

    name: str
    title: str
    description: str = ""
    opens: bool = True


def choosable_collections() -> list[Choosable]:
    """List the collections that this visitor can choose: the default one first, the visitor's own pictures last of those that open.

    The list is empty if the model cannot be opened.
    """
    try:
        base = base_engine()
    except DeviseError:
        return []
    collections = [each for name, folder in base.collections().items() if (each := _choosable(base, name, folder))]
    first = default_collection()
    collections.sort(key=lambda each: (not each.opens, each.name != first, each.name))
    if UPLOADS_ENGINE in st.session_state:
        collections.insert(sum(each.opens for each in collections), Choosable(UPLOADS, UPLOADS_TITLE))
    return collections


def _engine_over(base: Engine, folder: Path) -> Engine:
    def open_engine() -> Engine:
        engine = base.on(folder)
        engine.collection.verify()
        return engine

    cache = _COLLECTIONS.setdefault(base, _EngineCache())
    return cache.get(str(folder), stamp(CollectionLayout(folder).opened), open_engine)


def _choosable(base: Engine, name: str, folder: Path) -> Choosable | None:
    """Describe a collection. None if another model made it, which is no damage."""
    try:
        collection = _engine_over(base, folder).collection
    except OtherModelError:
        return None
    except DeviseError:
        return Choosable(name, name, opens=False)
    return Choosable(name, collection.title, collection.description)
