"""The contract of every index, with the exact one as the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devise_core.collections.folder import FolderCollection
from devise_core.collections.writer import write_collection
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.search import registry
from devise_core.search.annoy_index import AnnoyIndex
from devise_core.search.exact_index import ExactIndex
from devise_core.search.index import Index
from devise_core.search.registry import INDEXES, index_type, unnamed_index
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Floats
from tests.fakes import unit_rows

Make = Callable[[Floats], Index]


@pytest.fixture(params=[(name, opened) for name in INDEXES for opened in (False, True)], ids=lambda param: f"{param[0]}-{param[1]}")
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes an index of the given vectors, or opens one that was built from them."""
    name, opened = request.param

    def made(vectors: Floats) -> Index:
        built = index_type(name).build(vectors, tmp_path / "index")
        assert (tmp_path / "index").is_file() == index_type(name).has_file
        return index_type(name).open(vectors, tmp_path / "index") if opened else built

    return made


def test_nearest_come_first_with_their_cosines(make: Make) -> None:
    index = make(np.array([[1, 0], [0, 2], [3, 4]], np.float32))
    rows, cosines = index.search(np.array([1, 0], np.float32), 3)
    assert (list(rows), rows.dtype, cosines.dtype) == ([0, 2, 1], np.int64, np.float32)
    assert cosines == pytest.approx([1, 0.6, 0], abs=1e-3)


def test_every_index_agrees_with_the_exact_one(make: Make) -> None:
    vectors, queries = unit_rows(2_000, 16), unit_rows(20, 16, 1)
    exact, index = ExactIndex(vectors), make(vectors)
    for query in queries:
        rows, cosines = index.search(query, 10)
        exact_rows, exact_cosines = exact.search(query, 10)
        assert len(set(rows) & set(exact_rows)) >= 9
        assert cosines == pytest.approx(vectors[rows] @ query, abs=1e-3)
        assert list(cosines) == sorted(cosines, reverse=True)
        assert cosines[0] == pytest.approx(exact_cosines[0], abs=1e-3)


def test_k_beyond_the_number_of_vectors_returns_all(make: Make) -> None:
    index = make(unit_rows(5, 8))
    assert len(index) == 5
    assert sorted(index.search(unit_rows(1, 8, 1)[0], 99)[0]) == [0, 1, 2, 3, 4]


def test_query_of_another_dimension_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match=r"\(8,\).*Received: \(7,\)"):
        make(unit_rows(5, 8)).search(unit_rows(1, 7)[0], 1)


def test_vector_without_direction_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="no direction"):
        make(np.zeros((2, 4), np.float32))


def test_annoy_finds_95_percent_of_the_exact_neighbours(tmp_path: Path) -> None:
    vectors, queries = unit_rows(30_000, 100), unit_rows(50, 100, 1)
    exact, forest = ExactIndex(vectors), AnnoyIndex.build(vectors, tmp_path / "f.ann", trees=50)
    shared = [len(set(exact.search(query, 10)[0]) & set(forest.search(query, 10)[0])) for query in queries]
    assert sum(shared) / 500 >= 0.95


def test_the_same_vectors_give_the_same_forest(tmp_path: Path) -> None:
    for name in "ab":
        AnnoyIndex.build(unit_rows(300, 10), tmp_path / name, trees=5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len(AnnoyIndex.open(unit_rows(300, 10), tmp_path / "a")) == 300


def test_missing_forest_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="none.ann is missing"):
        AnnoyIndex.open(unit_rows(1, 10), tmp_path / "none.ann")


def written(folder: Path, index: str = "") -> FolderCollection:
    """Write a collection of six images with the given index, or with the default one if ``index`` is empty."""
    layout = CollectionLayout(folder)
    folder.mkdir()
    items = [Item(str(number), f"images/{number}.webp") for number in range(6)]
    write_collection(layout, items, unit_rows(6, 8), unit_rows(6, 4), "m", "a test", index=index)
    return FolderCollection.open(folder)


@pytest.mark.parametrize("name", ["exact", "annoy"])
def test_collection_records_its_index_and_opens_it(tmp_path: Path, name: str) -> None:
    collection = written(tmp_path / "c", name)
    assert collection.manifest.about["index"] == name
    assert ("embeddings.ann" in collection.manifest.files) == (name == "annoy")
    assert type(collection.embedding_index) is type(collection.feature_index) is index_type(name)
    assert collection.embedding_index.search(collection.embeddings[4], 1)[0][0] == 4


def test_index_of_an_older_collection_depends_on_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "c", "annoy")
    manifest = Manifest.read(tmp_path / "c")
    replace(manifest, about={name: value for name, value in manifest.about.items() if name != "index"}).write()
    assert isinstance(FolderCollection.open(tmp_path / "c").embedding_index, ExactIndex)
    monkeypatch.setattr(registry, "EXACT_UP_TO", 5)
    assert unnamed_index(6) == "annoy"
    assert isinstance(FolderCollection.open(tmp_path / "c").embedding_index, AnnoyIndex)


def test_unknown_index_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no index “hnsw”.*exact, annoy"):
        written(tmp_path / "c", "hnsw")
