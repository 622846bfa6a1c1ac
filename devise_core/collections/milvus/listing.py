"""List the collections in Milvus in the background, so that pages do not wait for Milvus."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from devise_core.collections.milvus.connection import CONNECT_SECONDS, MilvusConnection
from devise_core.collections.milvus.names import PREFIX, Version, name_of
from devise_core.errors import DeviseError
from devise_core.settings import text

REFRESH_SECONDS = 10.0
"""After this time the collections are listed again, in the background."""


class MilvusListing:
    """The collections of the configured Milvus server by their names. The list is empty while Milvus does not answer."""

    def __init__(self) -> None:
        self._lock, self._listed_once = threading.Lock(), threading.Event()
        self._versions: Mapping[str, Version] = {}
        self._began, self._running, self._uri = 0.0, False, ""

    def versions(self, wait: bool = True) -> Mapping[str, Version]:
        """Return ``milvus:NAME`` → the version that readers see, as of the last listing.

        A new listing begins in the background if the last one is older than ``REFRESH_SECONDS``. Only the first call
        waits for the server, for at most ``CONNECT_SECONDS``, and only if ``wait`` is true.
        """
        uri = text("milvus_uri")
        if not uri:
            return {}
        with self._lock:
            if uri != self._uri:
                self._uri, self._versions, self._began = uri, {}, 0.0
                self._listed_once.clear()
            if not self._running and time.monotonic() - self._began >= REFRESH_SECONDS:
                self._began, self._running = time.monotonic(), True
                threading.Thread(target=self._list, args=(uri,), daemon=True, name="list-milvus").start()
        if wait:
            self._listed_once.wait(CONNECT_SECONDS)
            self._listed_once.set()  # the next call does not wait again
        return self._versions

    def _list(self, uri: str) -> None:
        versions: dict[str, Version] = {}
        try:
            with suppress(DeviseError):
                versions = shown_versions(MilvusConnection.configured(uri))
        finally:
            with self._lock:
                self._running = False
                if uri == self._uri:
                    self._versions = versions
                    self._listed_once.set()


def shown_versions(connection: MilvusConnection) -> dict[str, Version]:
    """Return ``milvus:NAME`` → the version that readers see, for all collections in Milvus.

    Raises:
        MissingPackageError: pymilvus is not installed.
        UnreachableStoreError: The server does not answer.
    """
    aliases = sorted({version.alias for name in connection.names(CONNECT_SECONDS) if (version := Version.read(name))})
    shown = ((alias, connection.shown_version(alias, CONNECT_SECONDS)) for alias in aliases)
    return {PREFIX + name_of(alias): version for alias, version in shown if version is not None}
