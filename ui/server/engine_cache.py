"""The engine of a page: one model for the whole server, and one open collection per name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from weakref import WeakKeyDictionary

import streamlit as st

from devise_core.engine import DEFAULT_COLLECTION, Engine, load_any_engine
from devise_core.errors import DeviseError, OtherModelError
from devise_core.storage.paths import ArtifactLayout, CollectionLayout, artifacts_folder, stamp
from ui.url_state import COLLECTION

CHOSEN = COLLECTION
"""The name of the chosen collection is kept under this key, in the session and in the address."""
UPLOADS_ENGINE = "uploads_engine"
"""Session key of the engine over the visitor's uploaded pictures."""
UPLOADS = "your pictures"
"""Name of the collection of uploaded pictures."""


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
    folder = base.collections().get(name or DEFAULT_COLLECTION)
    if folder:
        return _engine_over(base, folder)
    return base.on(name) if name else base


def collection_engine(name: str) -> Engine:
    """Return the engine over the collection ``name`` of this server, for a route. Raises ``DeviseError``."""
    base = base_engine()
    folder = base.collections().get(name)
    return _engine_over(base, folder) if folder else base.on(name)


def collection_names() -> dict[str, bool]:
    """List the collections that this visitor can choose.

    Returns:
        Name → whether the collection opens. The default one comes first, damaged ones last. Empty if the model cannot be
        opened.
    """
    try:
        base = base_engine()
    except DeviseError:
        return {}
    states = {name: _opens(base, folder) for name, folder in base.collections().items()}
    names = {name: opens for name, opens in states.items() if opens is not None}
    if UPLOADS_ENGINE in st.session_state:
        names[UPLOADS] = True
    return dict(sorted(names.items(), key=lambda each: (not each[1], each[0] != DEFAULT_COLLECTION, each[0] == UPLOADS, each[0])))


def _engine_over(base: Engine, folder: Path) -> Engine:
    def open_engine() -> Engine:
        engine = base.on(folder)
        engine.collection.verify()
        return engine

    cache = _COLLECTIONS.setdefault(base, _EngineCache())
    return cache.get(str(folder), stamp(CollectionLayout(folder).opened), open_engine)


def _opens(base: Engine, folder: Path) -> bool | None:
    """Return whether a collection opens; None if another model made it, which is no damage."""
    try:
        _engine_over(base, folder)
    except OtherModelError:
        return None
    except DeviseError:
        return False
    return True
