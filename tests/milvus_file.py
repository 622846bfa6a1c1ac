"""A file of Milvus Lite for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devise_core.collections.milvus.connection import MilvusConnection


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusConnection]:
    """One file for all tests of a module, as opening one takes a second."""
    connection = MilvusConnection(str(tmp_path_factory.mktemp("milvus") / "milvus.db"))
    yield connection
    connection.close()
