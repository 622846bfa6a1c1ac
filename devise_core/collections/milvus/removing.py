"""Delete a collection in Milvus."""

from __future__ import annotations

import shutil

from devise_core.collections.milvus.connection import MilvusConnection, version_shown
from devise_core.collections.milvus.names import alias_of
from devise_core.collections.milvus.thumbnails import Thumbnails


def remove_milvus_collection(name: str, connection: MilvusConnection | None = None) -> None:
    """Delete a collection: first the alias that readers use, then all its versions and its thumbnails on this machine.

    If the deletion is interrupted, the remaining versions are deleted when a collection of this name is written again.

    Args:
        name: The name of the collection, without ``milvus:``.
        connection: The server. By default the configured one.

    Raises:
        CollectionError: There is no such collection, or Milvus does not answer.
    """
    connection = connection or MilvusConnection.configured()
    version_shown(connection, name)  # raises an error with a remedy if there is no such collection
    alias, client = alias_of(name), connection.client
    with connection.errors():
        client.drop_alias(alias)
    for version in connection.versions(alias):
        connection.drop(version)
    shutil.rmtree(Thumbnails(alias).folder, ignore_errors=True)
