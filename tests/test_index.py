"""One contract for both indexes; the exact one is Annoy's oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from devise_core.errors import ArtifactError
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from tests.fakes import unit_rows

Make = Callable[..., Index]


@pytest.fixture(params=["exact", "annoy"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "exact":
        return ExactIndex
    return lambda vectors: AnnoyIndex.build(vectors, tmp_path / "forest.ann")


def test_nearest_first_with_their_cosines(make: Make) -> None:
    index = make(np.array([[1, 0], [0, 2], [3, 4]], np.float32))
    rows, cosines = index.search(np.array([1, 0], np.float32), 3)
    assert (list(rows), rows.dtype, cosines.dtype) == ([0, 2, 1], np.int64, np.float32)
    assert cosines == pytest.approx([1, 0.6, 0], abs=1e-3)


def test_more_asked_than_there_is(make: Make) -> None:
    index = make(unit_rows(5, 8))
    assert len(index) == 5
    assert sorted(index.search(unit_rows(1, 8, 1)[0], 99)[0]) == [0, 1, 2, 3, 4]


def test_a_query_of_another_dimension(make: Make) -> None:
    with pytest.raises(ValueError, match=r"\(8,\).*Received: \(7,\)"):
        make(unit_rows(5, 8)).search(unit_rows(1, 7)[0], 1)


def test_a_vector_without_direction(make: Make) -> None:
    with pytest.raises(ValueError, match="no direction"):
        make(np.zeros((2, 4), np.float32))


def test_annoy_finds_what_the_exact_index_finds(tmp_path: Path) -> None:
    vectors, queries = unit_rows(30_000, 100), unit_rows(50, 100, 1)
    exact, forest = ExactIndex(vectors), AnnoyIndex.build(vectors, tmp_path / "f.ann", trees=50)
    found = [len(set(exact.search(query, 10)[0]) & set(forest.search(query, 10)[0])) for query in queries]
    assert sum(found) / 500 >= 0.95


def test_the_same_vectors_give_the_same_forest(tmp_path: Path) -> None:
    for name in "ab":
        AnnoyIndex.build(unit_rows(300, 10), tmp_path / name, trees=5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len(AnnoyIndex.open(tmp_path / "a", 10)) == 300


def test_a_missing_forest(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be opened"):
        AnnoyIndex.open(tmp_path / "none.ann", 10)
