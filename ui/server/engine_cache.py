"""The engine of a page: one model for the whole server, one opened collection for each name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock

import streamlit as st

from devise_core.engine import DEFAULT_COLLECTION, Engine, load_any_engine
from devise_core.errors import DeviseError, OtherModelError
from devise_core.storage.paths import ArtifactLayout, CollectionLayout, artifacts_folder, stamp
from ui.url_state import COLLECTION

CHOSEN = COLLECTION
"""The session's key, and the parameter in the address, for the name of the collection chosen."""
ALBUM = "album"
"""The session's key for the engine over this visitor's own photos."""
OWN = "your photos"
"""The name of that collection."""


class _Opened:
    """Engines by name. One whose files changed is opened again; what fails is tried anew each time, so that it may be mended."""

    def __init__(self) -> None:
        self._lock, self._kept = RLock(), dict[str, tuple[object, Engine]]()

    def get(self, name: str, state: object, opened: Callable[[], Engine]) -> Engine:
        """What ``opened`` gave when the files were last in another ``state`` than now."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept[0] != state:
                kept = self._kept[name] = (state, opened())
            return kept[1]


_MODELS, _COLLECTIONS = _Opened(), _Opened()


def model() -> Engine:
    """The model over a collection that opens; the network itself is loaded later. Raises ``DeviseError``."""
    root = artifacts_folder()
    return _MODELS.get("", (root, stamp(ArtifactLayout(root).opened)), lambda: load_any_engine(root))


def engine() -> Engine:
    """The model over the collection this visitor has chosen. Raises ``DeviseError``."""
    name = st.session_state.get(CHOSEN) or DEFAULT_COLLECTION
    if name == OWN and ALBUM in st.session_state:
        own: Engine = st.session_state[ALBUM]
        return own
    here = model()
    folder = here.collections().get(name)
    return _over(here, folder) if folder else here.on(name)


def collection_names() -> dict[str, bool]:
    """Every collection there is for this visitor and whether it can be searched: the default one first, broken ones last.

    None where the model cannot be opened.
    """
    try:
        here = model()
    except DeviseError:
        return {}
    found = {name: opens for name, folder in here.collections().items() if (opens := _opens(here, folder)) is not None}
    found |= {OWN: True} if ALBUM in st.session_state else {}
    return dict(sorted(found.items(), key=lambda each: (not each[1], each[0] != DEFAULT_COLLECTION, each[0] == OWN, each[0])))


def _over(here: Engine, folder: Path) -> Engine:
    def opened() -> Engine:
        over = here.on(folder)
        over.collection.verify()
        return over

    return _COLLECTIONS.get(str(folder), (id(here.text), stamp(CollectionLayout(folder).opened)), opened)


def _opens(here: Engine, folder: Path) -> bool | None:
    """None where it is another model's, which is no damage."""
    try:
        _over(here, folder)
    except OtherModelError:
        return None
    except DeviseError:
        return False
    return True
