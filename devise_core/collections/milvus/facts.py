"""Store the facts about a collection in Milvus as JSON, in a separate part.

The first row has the facts that are known when a version is begun. Once the version is complete, the other rows have all other
facts, in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from devise_core.collections.contract import About
from devise_core.collections.milvus.connection import WRITTEN, MilvusConnection
from devise_core.collections.milvus.names import Version
from devise_core.collections.milvus.schema import NOTHING, chunks
from devise_core.errors import CollectionError

_MOST_CHUNKS = 1_000


def write_beginning(connection: MilvusConnection, version: Version, noted: Mapping[str, Any]) -> None:
    """Write the facts that are known when a version is begun.

    Args:
        connection: The server.
        version: The version. Its parts must exist.
        noted: Facts that JSON can store, such as the format and the id of the model.

    Raises:
        CollectionError: Milvus does not answer.
    """
    _write(connection, version, [(0, json.dumps(noted))])


def read_beginning(connection: MilvusConnection, version: Version) -> dict[str, Any]:
    """Return what ``write_beginning`` wrote. Empty if this cannot be read, as when another program has made the version."""
    try:
        rows = connection.query(version.about, "row == 0", ["text"], WRITTEN)
        noted = json.loads(str(rows[0]["text"]))
    except (ValueError, LookupError):
        return {}
    return noted if isinstance(noted, dict) else {}


def write_facts(connection: MilvusConnection, version: Version, facts: Mapping[str, Any]) -> None:
    """Write the facts of a complete version. Facts that an interrupted run has written are replaced.

    Args:
        connection: The server.
        version: The version. Its parts must exist.
        facts: Facts that JSON can store.

    Raises:
        CollectionError: Milvus does not answer.
    """
    client = connection.client
    with connection.errors():
        client.delete(version.about, filter="row > 0")
    _write(connection, version, enumerate(chunks(json.dumps(facts)), 1))
    with connection.errors():
        client.flush(version.about)


def read_facts(connection: MilvusConnection, version: Version) -> dict[str, Any]:
    """Return the facts of a version.

    Raises:
        CollectionError: The facts are missing or damaged.
    """
    rows = connection.query(version.about, f"row > 0 and row < {_MOST_CHUNKS}", ["row", "text"], WRITTEN)
    try:
        facts = json.loads("".join(str(row["text"]) for row in sorted(rows, key=lambda row: int(row["row"]))))
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or not isinstance(facts.get("count"), int):
        raise CollectionError(f"The facts of the collection {version.images} in Milvus are damaged. Make the collection again.")
    return facts


def about_of(facts: Mapping[str, Any]) -> About:
    """Return the facts as an ``About`` of ``collections/contract.py``."""
    return About(facts["count"], facts.get("chance"), facts["categories"], facts["labels"], facts["sample"], facts.get("years", {}))


def _write(connection: MilvusConnection, version: Version, texts: Iterable[tuple[int, str]]) -> None:
    client = connection.client
    with connection.errors():
        client.upsert(version.about, [{"row": row, "text": text, NOTHING: [0.0, 0.0]} for row, text in texts])
