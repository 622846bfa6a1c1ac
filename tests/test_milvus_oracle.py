"""The exact index of Milvus equals the oracle on many queries. ``make scale`` tests a server, and other runs test Milvus Lite."""

from __future__ import annotations

import pytest

from devise_core.collections.contract import Store
from tests.contract_images import (
    CONDITIONS,
    COUNT,
    EMBEDDINGS,
    SERVER,
    WIDTH,
    assert_same_but_for_ties,
    batch,
    oracle,
    writing_to_milvus,
)
from tests.fakes import unit_rows

QUERIES = unit_rows(200 if SERVER else 4, WIDTH, seed=5)
FILTERS = ("everything", "narrow", "apostrophes", "quotes", "not", "below a category")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    writer, seal = writing_to_milvus(tmp_path_factory.mktemp("oracle"))
    writer.put(batch(slice(0, COUNT)))
    return seal()


@pytest.mark.parametrize("name", FILTERS)
def test_the_exact_index_equals_the_oracle(store: Store, name: str) -> None:
    where = CONDITIONS[name]
    for query in QUERIES:
        expected = oracle(query, EMBEDDINGS, where)[:10]
        hits = store.nearest(query, 10, where=where)
        assert [hit.value for hit in hits] == pytest.approx([value for _, value in expected], abs=1e-5)
        assert_same_but_for_ties([hit.id for hit in hits], expected)
