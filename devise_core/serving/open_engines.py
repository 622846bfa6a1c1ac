"""Open the engines of a server. They all share one model, and there is one engine for each collection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from devise_core.collections.milvus.listing import MilvusListing
from devise_core.collections.milvus.names import Version
from devise_core.collections.milvus.thumbnails import Thumbnails
from devise_core.engine import Engine, default_collection, load_any_engine
from devise_core.errors import DeviseError, OtherModelError, SlowCollectionError, UnknownCollectionError
from devise_core.settings import settings
from devise_core.storage.paths import ArtifactLayout, CollectionLayout, artifacts_folder, stamp


class Opening:
    """An engine that a separate thread is opening, or has opened.

    Args:
        version: Identifies the state of the files when opening began.
        open_engine: Opens and returns the engine. It is called in a separate thread.
    """

    def __init__(self, version: object, open_engine: Callable[[], Engine]) -> None:
        self.version = version
        self._engine: Engine | None = None
        self.error: BaseException | None = None
        self._started, self._done = time.monotonic(), threading.Event()
        threading.Thread(target=self._run, args=(open_engine,), daemon=True, name="open-collection").start()

    def engine(self, name: str, seconds: float | None) -> Engine:
        """Wait until the engine is open, and return it.

        Args:
            name: The name of the collection, for the error message.
            seconds: How many seconds opening may take, counted from its start. None for no limit. A later caller waits only for
                the rest of this time.

        Raises:
            SlowCollectionError: The engine is not open in time.
            DeviseError: The engine cannot be opened.
        """
        if not self._done.wait(None if seconds is None else max(0.0, self._started + seconds - time.monotonic())):
            raise SlowCollectionError(name, seconds or 0.0)
        if self._engine is None:
            raise self.error or RuntimeError("neither open nor failed")
        return self._engine

    def _run(self, open_engine: Callable[[], Engine]) -> None:
        try:
            self._engine = open_engine()
        except BaseException as error:  # raised in the threads that wait
            self.error = error
        finally:
            self._done.set()


class EngineCache:
    """Engines by name. An engine is opened again when its files change. A failure is not cached, so that files can be fixed.

    Each engine is opened in a separate thread, so that an engine that hangs does not block other engines.
    """

    def __init__(self) -> None:
        self._lock, self._entries = threading.Lock(), dict[str, Opening]()

    def start(self, name: str, version: object, open_engine: Callable[[], Engine]) -> Opening:
        """Return an engine by its name, and begin to open it if it is not open yet, has failed to open, or has changed.

        Args:
            name: The name of the engine.
            version: If it is not equal to the previous version, the engine is opened again.
            open_engine: Opens and returns the engine. It is called in a separate thread.

        Returns:
            The engine, which may still be opening.
        """
        with self._lock:
            entry = self._entries.get(name)
            if entry is None or entry.version != version or entry.error is not None:
                entry = self._entries[name] = Opening(version, open_engine)
            return entry

    def keep(self, names: Collection[str]) -> None:
        """Drop the engines with other names, which frees their memory once nobody uses them."""
        with self._lock:
            for name in self._entries.keys() - set(names):
                del self._entries[name]


_BASE = EngineCache()
_COLLECTIONS: WeakKeyDictionary[Engine, EngineCache] = WeakKeyDictionary()
"""Base engine → the engines over its collections. When the model's files change, a new base engine replaces the old one, and the
engines over the old one's collections are dropped."""


def base_engine() -> Engine:
    """Return the engine over the first collection that opens. The image model is loaded later.

    Raises ``DeviseError`` if the engine cannot be opened.
    """
    root = artifacts_folder()

    def open_in_time(engine: Engine, name: str) -> Engine:
        return Opening(None, lambda: engine.on(name)).engine(name, settings().open_seconds)

    opening = _BASE.start("", (root, stamp(ArtifactLayout(root).opened)), lambda: load_any_engine(root, open_in_time))
    return opening.engine("", None)


def default_engine() -> Engine:
    """Return the engine over the default collection.

    If this model has no default collection, the engine is over the first collection that opens, even if the collection was made
    after the server started. Raises ``DeviseError`` if the model or the default collection cannot be opened.
    """
    base = base_engine()
    places = _places(base)
    if default_collection() in places:
        with suppress(OtherModelError):
            return _engine_over(base, default_collection(), places[default_collection()])
    if len(base.collection):
        return base
    made_since = next((each.name for each in offered_collections() if each.opens), None)
    return _engine_over(base, made_since, places[made_since]) if made_since else base


def collection_engine(name: str) -> Engine:
    """Return the engine over the collection ``name`` of this server.

    Raises:
        UnknownCollectionError: There is no collection of this name. A path is not a name, so visitors cannot open other folders.
        DeviseError: The model or the collection cannot be opened.
    """
    base = base_engine()
    places = _places(base)
    if name not in places:
        raise UnknownCollectionError(name, list(places))
    return _engine_over(base, name, places[name])


def is_offered(name: str) -> bool:
    """Return whether this server has a collection of this name. Raises ``DeviseError`` if the model cannot be opened."""
    return name in _places(base_engine())


def pictures_folder(name: str) -> Path:
    """Return the folder whose subfolder ``images`` has the pictures of a collection.

    Raises:
        UnknownCollectionError: There is no collection of this name.
        DeviseError: The model cannot be opened.
    """
    places = _places(base_engine())
    if name not in places:
        raise UnknownCollectionError(name, list(places))
    place = places[name]
    return place if isinstance(place, Path) else Thumbnails(place.alias).folder


@dataclass(frozen=True)
class OfferedCollection:
    """A collection that this server offers.

    Attributes:
        name: The name in commands and in the address of a page.
        title: The name on pages.
        description: What the collection shows, in a sentence, or an empty string.
        opens: Whether the collection can be opened in time. If not, it is damaged or ``slow``.
        slow: Whether the collection is still being opened.
    """

    name: str
    title: str
    description: str = ""
    opens: bool = True
    slow: bool = False


def offered_collections() -> list[OfferedCollection]:
    """List the collections of this server: the default collection if it opens, then other collections that open, then the rest.

    Raises:
        DeviseError: The model cannot be opened.
    """
    base = base_engine()
    places = _places(base)
    openings = {name: _opening_over(base, name, place) for name, place in places.items()}  # all at the same time
    _COLLECTIONS.setdefault(base, EngineCache()).keep([_key(*each) for each in places.items()])  # others were removed or renamed
    collections = [each for name, opening in openings.items() if (each := _offered(name, opening, _patience(places[name])))]
    first = default_collection()
    return sorted(collections, key=lambda each: (not each.opens, each.name != first, each.name))


Place = Path | Version
"""Where a collection is: a folder, or a version in Milvus."""
_LISTING = MilvusListing()
REMOTE_SECONDS = 2.0
"""Seconds that the list of collections waits for each collection in Milvus, so that a slow server does not block the list."""


def list_remote_collections() -> None:
    """Begin to list the collections in Milvus, if a Milvus server is configured, so that the first page can show them."""
    _LISTING.versions(wait=False)


def _places(base: Engine) -> dict[str, Place]:
    return {**base.collections(), **_LISTING.versions()}


def _patience(place: Place) -> float:
    """Return how many seconds the list of collections waits for the collection at ``place`` to open."""
    return min(settings().open_seconds, REMOTE_SECONDS if isinstance(place, Version) else float("inf"))


def _engine_over(base: Engine, name: str, place: Place) -> Engine:
    return _opening_over(base, name, place).engine(name, settings().open_seconds)


def _opening_over(base: Engine, name: str, place: Place) -> Opening:
    def open_engine() -> Engine:
        engine = base.on(place if isinstance(place, Path) else name)
        engine.collection.verify()
        return engine

    version = stamp(CollectionLayout(place).opened) if isinstance(place, Path) else place
    return _COLLECTIONS.setdefault(base, EngineCache()).start(_key(name, place), version, open_engine)


def _key(name: str, place: Place) -> str:
    return str(place) if isinstance(place, Path) else name


def _offered(name: str, opening: Opening, seconds: float) -> OfferedCollection | None:
    """Describe a collection. Return None for a collection of another model, which is not damaged but cannot be searched."""
    try:
        collection = opening.engine(name, seconds).collection
    except OtherModelError:
        return None
    except SlowCollectionError:
        return OfferedCollection(name, name, opens=False, slow=True)
    except DeviseError:
        return OfferedCollection(name, name, opens=False)
    return OfferedCollection(name, collection.title, collection.description)
