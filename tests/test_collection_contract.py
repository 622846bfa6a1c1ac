"""What every kind of collection must answer, compared with an exact oracle over the same images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core.collections.contract import WINDOW, Count, ImageBatch, Store, StoreWriter
from devise_core.collections.folder import FolderCollection
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.in_memory_writer import InMemoryWriter
from devise_core.collections.local_store import LocalStore
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.projection import project
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.errors import CollectionError, QueryError
from devise_core.search.conditions import HasId, HasLabel
from tests.contract_images import (
    CONDITIONS,
    COUNT,
    EMBEDDINGS,
    FEATURES,
    ITEMS,
    QUERIES,
    SERVER,
    Seal,
    assert_same_but_for_ties,
    batch,
    oracle,
    writing_to_milvus,
)

KINDS = ("folder", "large folder", "in memory", "milvus")


def writing(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[StoreWriter, Seal]:
    """Return a writer, and a function that seals it and opens the collection."""
    if kind == "in memory":
        writer = InMemoryWriter("contract")

        def opened() -> Store:
            writer.seal()
            return LocalStore(writer.collection)

        return writer, opened
    if kind == "milvus":
        return writing_to_milvus(folder)
    for module in ("writer.project", "large_projection.project"):  # maps take most of the time, and other tests check them
        monkeypatch.setattr(f"devise_core.collections.{module}", lambda embeddings, *_: project(embeddings, methods=("pca",)))
    if kind == "large folder":
        for module in ("folder_writer", "writer"):
            monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 20)
    folder_writer = FolderWriter(folder / "contract", "m", "a test").__enter__()

    def opened_folder() -> Store:
        assert folder_writer.seal() == FolderCollection.open(folder / "contract", "m").version
        return LocalStore(FolderCollection.open(folder / "contract", "m"))

    return folder_writer, opened_folder


@pytest.fixture(scope="module", params=[*KINDS, "added to"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """All images, written in batches. The kind "added to" is a large folder to which the last third was added in several runs."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder, adding = tmp_path_factory.mktemp("store"), request.param == "added to"
        writer, seal = writing("large folder" if adding else request.param, folder, monkeypatch)
        first = 600 if adding else COUNT
        for start in range(0, first, 128):
            writer.put(batch(slice(start, min(start + 128, first))))
        store = seal()
        for start in range(first, COUNT, 25):
            with SegmentWriter(folder / "contract", "a test") as added:
                added.put(batch(slice(start, start + 25)))
                added.seal()
        return LocalStore(FolderCollection.open(folder / "contract", "m")) if adding else store


@pytest.mark.parametrize("name", CONDITIONS)
def test_nearest_and_counts_agree_with_the_oracle(store: Store, name: str) -> None:
    where = CONDITIONS[name]
    for query in QUERIES[:2] if isinstance(store, MilvusStore) and not SERVER else QUERIES:  # Milvus Lite is slow
        for skip, k in ((0, 10), (3, 40), (0, WINDOW), (COUNT - 5, 10)):
            expected = oracle(query, EMBEDDINGS, where)[skip : skip + k]
            hits = store.nearest(query, k, where=where, skip=skip)
            assert len(hits) == len(expected)
            assert [hit.value for hit in hits] == pytest.approx([value for _, value in expected], abs=2e-3)
            assert_same_but_for_ties([hit.id for hit in hits], expected)
        for least in (-1.0, 0.25, 0.5, 1.1):
            values = [value for _, value in oracle(query, EMBEDDINGS, where)]
            low, high = (sum(value >= least + margin for value in values) for margin in (2e-3, -2e-3))
            count = store.count(where, query, least)
            assert count.exact
            assert low <= count.value <= high
            assert len(store.nearest(query, WINDOW, where=where, least=least)) == count.value
    assert store.count(where) == Count(len(oracle(QUERIES[0], EMBEDDINGS, where)))


def test_pages_reach_the_end_of_the_window(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("local_store", "milvus.store"):
        monkeypatch.setattr(f"devise_core.collections.{module}.WINDOW", 100)
    everything = store.nearest(QUERIES[0], 1_000)
    assert len(everything) == 100
    pages = [hit.id for skip in range(0, 130, 24) for hit in store.nearest(QUERIES[0], 24, skip=skip)]
    assert pages == [hit.id for hit in everything]
    assert len(set(pages)) == 100


def test_appearance_is_compared_by_features(store: Store) -> None:
    looks = FEATURES / np.linalg.norm(FEATURES, axis=1, keepdims=True)
    hits = store.nearest(looks[7], 8, by="visual", where=~HasId(ITEMS[7].id))
    expected = oracle(looks[7], looks, ~HasId(ITEMS[7].id))[:8]
    assert [hit.value for hit in hits] == pytest.approx([value for _, value in expected], abs=2e-3)


def test_items_vectors_and_pictures_are_read_by_id(store: Store) -> None:
    ids = ["image-7", "it's 450", "image-3"]
    assert store.items(ids) == [ITEMS[7], ITEMS[450], ITEMS[3]]
    assert store.vectors(ids) == pytest.approx(EMBEDDINGS[[7, 450, 3]], abs=1e-3)
    assert store.vectors(ids, "visual") == pytest.approx(FEATURES[[7, 450, 3]], abs=4e-3)
    for item_id in ids:
        picture = store.picture(item_id)
        assert (picture if isinstance(picture, bytes) else picture.read_bytes()) == f"picture {item_id}".encode()
    assert "it's 450" in store
    assert "it's 451" not in store
    assert store.items([]) == []
    for use in (store.items, store.vectors):
        with pytest.raises(CollectionError, match="has no image “' OR 1=1 --”"):
            use(["image-7", "' OR 1=1 --"])
    with pytest.raises(CollectionError, match="does not store"):
        store.vectors(ids, "score")


def test_facts_are_counted_over_all_images(store: Store) -> None:
    about = store.about()
    assert (len(store), about.count) == (COUNT, COUNT)
    assert about.labels == {"all": 900, "even": 450, "rock'n'roll": 10, '"': 3}
    assert about.categories["animals"] == 450
    assert about.categories["animals/birds/owls"] == about.categories["it's/quoted"] == 150
    assert "" not in about.categories
    assert about.years == {"2019": 300, "2020": 300}
    assert sorted(about.sample) == sorted(item.id for item in ITEMS)


def test_bad_questions_are_refused(store: Store) -> None:
    for k, skip in ((-1, 0), (1, -1)):
        with pytest.raises(QueryError, match="0 or more"):
            store.nearest(QUERIES[0], k, skip=skip)
    with pytest.raises(ValueError, match=r"\(16,\).*\(3,\)"):
        store.nearest(np.ones(3, np.float32), 1)
    assert store.nearest(QUERIES[0], 0) == []


@pytest.mark.parametrize("kind", KINDS)
def test_writing_a_batch_again_changes_nothing_and_removed_images_are_gone(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, seal = writing(kind, tmp_path, monkeypatch)
    assert writer.known(["key image-1"]) == set()
    for rows in (slice(0, 100), slice(50, 150), slice(0, 100)):
        writer.put(batch(rows))
    writer.put(ImageBatch([ITEMS[1]], FEATURES[200:201], EMBEDDINGS[200:201], [b"another"], ["another key"]))
    writer.remove(["image-2", "it's 50", "no such id"])
    assert writer.known(["key image-3", "key image-2", "key image-1", "another key"]) == {"key image-3", "another key"}
    store = seal()
    assert len(store) == 148
    assert "image-2" not in store
    assert "it's 50" not in store
    kept = [item.id for row, item in enumerate(ITEMS[:150]) if row not in (2, 50)]
    assert [hit.id for hit in store.nearest(EMBEDDINGS[149], 1)] == ["image-149"]
    assert sorted(hit.id for hit in store.nearest(QUERIES[0], WINDOW)) == sorted(kept)
    assert store.vectors(["image-1"]) == pytest.approx(EMBEDDINGS[200:201], abs=1e-3)
    picture = store.picture("image-1")
    assert (picture if isinstance(picture, bytes) else picture.read_bytes()) == b"another"
    assert store.count(HasLabel("even")).value == len([row for row in range(0, 150, 2) if row not in (2, 50)])


def test_a_batch_of_unequal_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="Received: 1, 2, 1, 1, 1"):
        ImageBatch(ITEMS[:1], FEATURES[:2], EMBEDDINGS[:1], [b""], [""])
