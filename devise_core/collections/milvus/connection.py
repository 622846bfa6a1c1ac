"""A connection to Milvus, whose errors say what to do."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devise_core.collections.milvus.names import Version, alias_of
from devise_core.errors import CollectionError, UnreachableStoreError, extras_needed
from devise_core.installation import PROGRAM
from devise_core.settings import text

if TYPE_CHECKING:
    from pymilvus import MilvusClient

SECONDS = 30.0
"""How long an answer may take, in seconds. There is no limit for loading a collection and for building an index."""
CONNECT_SECONDS = 3.0
READ, WRITTEN = "Eventually", "Strong"
"""Consistency levels of Milvus. Readers use the first, because a collection that they see does not change. Writers use the second,
so that they can read what they have written."""

_CLIENTS: dict[tuple[str, str], MilvusClient] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True)
class MilvusConnection:
    """A Milvus server, or a file of Milvus Lite. The client connects on first use. Equal connections share one client.

    Attributes:
        uri: The address of the server, such as ``http://localhost:19530``, or the path of a file that ends in ``.db``.
        token: The credentials for the server, such as ``user:password``.
    """

    uri: str
    token: str = ""

    @classmethod
    def configured(cls, uri: str = "") -> MilvusConnection:
        """Return the server at ``uri``, by default at ``SEMBLANCE_MILVUS_URI``, with the token in ``SEMBLANCE_MILVUS_TOKEN``.

        Raises:
            CollectionError: There is neither a ``uri`` nor a configured address.
        """
        uri = uri or text("milvus_uri")
        if not uri:
            raise CollectionError(
                "The address of Milvus is not set. Set SEMBLANCE_MILVUS_URI, for example to http://localhost:19530."
            )
        return cls(uri, text("milvus_token"))

    @property
    def is_file(self) -> bool:
        """Whether the address is that of a file, which Milvus Lite opens. Collections in such a file have exact indexes only."""
        return self.uri.endswith(".db")

    @property
    def shown(self) -> str:
        """The address without a password, for messages."""
        return re.sub(r"//[^/@]*@", "//", self.uri)

    @property
    def client(self) -> MilvusClient:
        """The client of pymilvus.

        Raises:
            MissingPackageError: pymilvus is not installed.
            UnreachableStoreError: The server does not answer.
        """
        with extras_needed():
            from pymilvus import MilvusClient
        for name in ("pymilvus", "grpc._server"):  # these packages also log the errors that they raise
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with _LOCK, self.errors():
            if (self.uri, self.token) not in _CLIENTS:
                _CLIENTS[self.uri, self.token] = MilvusClient(self.uri, token=self.token, timeout=CONNECT_SECONDS)
            return _CLIENTS[self.uri, self.token]

    def close(self) -> None:
        """Close the connection. The next use connects again."""
        with _LOCK:
            client = _CLIENTS.pop((self.uri, self.token), None)
        if client is not None:
            client.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn errors of pymilvus in the block into errors that say what to do."""
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, RpcError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> CollectionError:
        reason = str(getattr(error, "message", error))
        if "not matching" in reason and "collection" in reason:
            return CollectionError(f"The collection in Milvus at {self.shown} was replaced or removed. Open it again.")
        if "auth" in reason.lower() or "permission" in reason.lower():
            return UnreachableStoreError(f"Milvus at {self.shown} refuses the token. Set SEMBLANCE_MILVUS_TOKEN to a valid one.")
        if self.is_file and ("milvus-lite" in reason or "milvus_lite" in reason):  # a path in a server's message can contain this
            return CollectionError(f"{self.shown} is a file of Milvus Lite. Install it with pip install milvus-lite.")
        if "illegal" in reason and "uri" in reason:
            return CollectionError(f"{self.shown} is not an address of Milvus. Use one such as http://localhost:19530.")
        unreachable = ("connecting", "unavailable", "deadline", "timed out", "timeout", "unimplemented", "closed")
        if any(word in reason.lower() for word in unreachable):
            return UnreachableStoreError(
                f"Milvus at {self.shown} does not answer. Start it, or correct SEMBLANCE_MILVUS_URI, and try again."
            )
        return CollectionError(f"Milvus at {self.shown} refused a request ({' '.join(reason.split())[:300]}).")

    def names(self, seconds: float = SECONDS) -> list[str]:
        """Return the names in Milvus of all parts of all collections. Raises the errors that ``client`` raises."""
        client = self.client
        with self.errors():
            return list(client.list_collections(timeout=seconds))

    def shown_version(self, alias: str, seconds: float = SECONDS) -> Version | None:
        """Return the version that an alias points to, or None if there is no such alias."""
        known = [version for name in self.names(seconds) if (version := Version.read(name)) and version.alias == alias]
        client = self.client
        with self.errors():
            aliased = (
                each
                for each in sorted(known, reverse=True)
                if alias in client.list_aliases(each.images, timeout=seconds)["aliases"]
            )
            return next(aliased, None)

    def versions(self, alias: str) -> list[Version]:
        """Return all versions of a collection, the oldest first."""
        matching = (Version.read(name) for name in self.names())
        return sorted(version for version in matching if version and version.alias == alias)

    def load(self, version: Version) -> None:
        """Make the server load a version into its memory. The version that readers see is usually loaded already."""
        client = self.client
        with self.errors():
            for part in version.parts:
                client.load_collection(part)

    def drop(self, version: Version) -> None:
        """Delete those parts of a version that exist."""
        client = self.client
        with self.errors():
            for part in version.parts:
                client.drop_collection(part)

    def query(self, part: str, condition: str, fields: Sequence[str], consistency: str = READ) -> list[dict[str, Any]]:
        """Return the fields of all rows that satisfy an expression. The expression must limit their number.

        Args:
            part: The name in Milvus of a part of a collection (``names.py``).
            condition: An expression of Milvus. Empty for all rows.
            fields: The names of the fields to return.
            consistency: Which writes are visible, ``READ`` or ``WRITTEN``.

        Returns:
            One dictionary for each row, in any order.

        Raises:
            CollectionError: Milvus does not answer, or refuses the request.
        """
        client = self.client
        consistency = READ if self.is_file else consistency  # Milvus Lite shows every write at once, and has only this level
        with self.errors():
            rows = client.query(part, filter=condition, output_fields=list(fields), consistency_level=consistency, timeout=SECONDS)
        return list(rows)

    def count(self, part: str, condition: str = "", consistency: str = READ) -> int:
        """Return how many rows satisfy an expression.

        Args:
            part: As for ``query``.
            condition: As for ``query``.
            consistency: As for ``query``.

        Returns:
            The number of rows.

        Raises:
            CollectionError: Milvus does not answer, or refuses the request.
        """
        return int(self.query(part, condition, ["count(*)"], consistency)[0]["count(*)"])


def version_shown(connection: MilvusConnection, name: str) -> Version:
    """Return the version of a collection that readers see.

    Raises:
        CollectionError: There is no such collection.
    """
    version = connection.shown_version(alias_of(name))
    if version is None:
        raise CollectionError(
            f"There is no collection {name} in Milvus at {connection.shown}. Make one with "
            f"`{PROGRAM} index FOLDER --store milvus --name NAME`."
        )
    return version
