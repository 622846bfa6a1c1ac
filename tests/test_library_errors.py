"""Calls of the library with values that cannot be used raise its own error, in one sentence that says what to give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devise_core import Engine
from devise_core.collections.base import Collection
from devise_core.collections.folder import FolderCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item
from devise_core.errors import CollectionError
from tests.fakes import unit_rows
from tests.large_collections import FIRST, large_folder

__all__ = ["large_folder"]


@pytest.fixture
def collections(engine: Engine, large_folder: Path) -> Iterator[list[Collection]]:
    """A collection of each kind."""
    vector = unit_rows(1, 4)[0]
    memory = InMemoryCollection("one", [InMemoryImage(Item("a", "a.webp"), "", b"", vector, vector)])
    yield [engine.collection, FolderCollection.open(large_folder, "m"), memory]


@pytest.mark.parametrize("by", ["visual", "partition", "other"])
def test_every_collection_multiplies_the_same_vectors(by: Any, collections: list[Collection]) -> None:
    for collection in collections:
        assert len(collection.products("semantic")) == len(collection)
        with pytest.raises(CollectionError, match=r"^There are only products .* Use feature_index for features\. Received: "):
            collection.products(by)
    assert len(collections[1]) == FIRST
