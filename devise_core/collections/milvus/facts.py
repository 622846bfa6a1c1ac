"""Store the facts about a collection in Milvus as JSON, in a separate part.

The first row says how the version was started. The rows after it have the facts, in pieces, once the version is complete.
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
    """Note how a version is begun.

    Args:
        connection: The server.
        version: The version, whose parts exist.
        noted: Facts that JSON can store, such as the format and the id of the model.

    Raises:
        CollectionError: Milvus does not answer.
    """
    _write(connection, version, [(0, json.dumps(noted))])


def read_beginning(connection: MilvusConnection, version: Version) -> dict[str, Any]:
    """Return how a version was begun. Empty if that cannot be read, for example because another program began it."""
    try:
        rows = connection.query(version.about, "row == 0", ["text"], WRITTEN)
        noted = json.loads(str(rows[0]["text"]))
    except (ValueError, LookupError):
        return {}
    return noted if isinstance(noted, dict) else {}


def write_facts(connection: MilvusConnection, version: Version, facts: Mapping[str, Any]) -> None:
    """Write the facts of a version, in place of those that an interrupted run has written.

    Args:
        connection: The server.
        version: The version, whose parts exist.
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
        CollectionError: They are damaged.
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
    """Return the facts in the form of the contract."""
    return About(facts["count"], facts.get("chance"), facts["categories"], facts["labels"], facts["sample"])


def _write(connection: MilvusConnection, version: Version, texts: Iterable[tuple[int, str]]) -> None:
    client = connection.client
    with connection.errors():
        client.upsert(version.about, [{"row": row, "text": text, NOTHING: [0.0, 0.0]} for row, text in texts])
