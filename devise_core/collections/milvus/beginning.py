"""Begin a version of a collection in Milvus by creating its parts, which are empty. ``names.py`` explains versions and parts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from devise_core.collections.milvus.connection import WRITTEN, MilvusConnection
from devise_core.collections.milvus.facts import write_beginning
from devise_core.collections.milvus.names import Version
from devise_core.collections.milvus.schema import LOOKS, SCORE, about_schema, image_schema, looks_schema


def begin_version(connection: MilvusConnection, alias: str, features: int, scores: int, noted: Mapping[str, Any]) -> Version:
    """Create the parts of a new version. Readers do not see the version yet.

    Args:
        connection: The server.
        alias: The alias of the collection.
        features: The dimension of the features.
        scores: The dimension of the vectors of the score.
        noted: Facts about the version in types that JSON can store, such as the format and the id of the model.

    Returns:
        The version.

    Raises:
        CollectionError: Milvus does not answer.
    """
    newest = max((version.number for version in connection.versions(alias)), default=0)
    version = Version(alias, max(newest + 1, int(1_000 * time.time())))
    client = connection.client
    schemas = {
        version.looks: (looks_schema(client, features), LOOKS, "COSINE"),
        version.about: (about_schema(client), "nothing", "L2"),
        version.images: (image_schema(client, scores), SCORE, "IP"),
    }
    with connection.errors():
        for part, (schema, field, metric) in schemas.items():
            index = client.prepare_index_params()
            index.add_index(field, index_type="FLAT", metric_type=metric)
            client.create_collection(part, schema=schema, index_params=index, consistency_level=WRITTEN)
    write_beginning(connection, version, noted)
    return version
