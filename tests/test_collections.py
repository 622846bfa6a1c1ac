"""The contract of every collection, and the collection of a model without any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from devise_core.collections.base import Collection
from devise_core.collections.empty import EmptyCollection
from devise_core.collections.folder import FolderCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.collections.writer import write_collection
from devise_core.datatypes import Item
from devise_core.errors import CollectionError, NoCollectionError
from devise_core.search.conditions import HasLabel, Postings
from devise_core.storage.paths import CollectionLayout
from devise_core.vectors import Rows
from tests.fakes import unit_rows

COUNT = 6
ITEMS = [Item(f"image-{row}", f"images/{row}.webp", (f"label {row}",), "things", f"caption {row}") for row in range(COUNT)]
EMBEDDINGS = unit_rows(COUNT, 8)
FEATURES = 4 * unit_rows(COUNT, 5, seed=1).astype(np.float16).astype(np.float32)
IMAGES = [f"image {row}".encode() for row in range(COUNT)]

Make = Callable[[], Collection]


@pytest.fixture(params=["folder", "in memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a collection of the items, vectors and images above."""
    if request.param == "folder":

        def make_folder() -> Collection:
            layout = CollectionLayout(tmp_path / "six")
            layout.images.mkdir(parents=True, exist_ok=True)
            for item, data in zip(ITEMS, IMAGES, strict=True):
                (layout.root / item.file).write_bytes(data)
            write_collection(layout, ITEMS, FEATURES, EMBEDDINGS, "m", "a test")
            return FolderCollection.open(layout.root, "m")

        return make_folder
    return lambda: InMemoryCollection("six", images())


def images() -> list[InMemoryImage]:
    rows = zip(ITEMS, IMAGES, FEATURES, EMBEDDINGS, strict=True)
    return [InMemoryImage(item, item.id, data, features, embedding) for item, data, features, embedding in rows]


def test_collection_contract(make: Make) -> None:
    collection = make()
    assert collection.name == "six"
    assert collection.version == collection.version != ""
    assert len(collection) == COUNT
    assert collection.items == ITEMS
    collection.verify()

    assert (collection.embeddings.dtype, collection.features.dtype) == (np.float32, np.float32)
    assert collection.embeddings == pytest.approx(EMBEDDINGS)
    assert collection.features == pytest.approx(FEATURES)
    for row, item in enumerate(ITEMS):
        assert item.id in collection
        assert collection.row(item.id) == row
        image = collection.picture(row)
        assert (image if isinstance(image, bytes) else image.read_bytes()) == IMAGES[row]
        hit = collection.hit(row, 0.5)
        assert (hit.item, hit.row, hit.cosine) == (item, row, 0.5)
        assert hit.path == (image if isinstance(image, Path) else None)

    assert "nothing" not in collection
    with pytest.raises(CollectionError, match="six has no image “nothing”"):
        collection.row("nothing")


def test_collection_indexes_search_its_vectors(make: Make) -> None:
    collection = make()
    for index, vectors in (
        (collection.embedding_index, EMBEDDINGS),
        (collection.feature_index, FEATURES / np.linalg.norm(FEATURES, axis=1, keepdims=True)),
    ):
        assert len(index) == COUNT
        rows, cosines = index.search(vectors[3], COUNT)
        assert rows[0] == 3
        assert cosines == pytest.approx(np.sort(vectors @ vectors[3])[::-1], abs=1e-3)


def test_collection_maps_place_every_image(make: Make) -> None:
    projections = make().projections
    assert {"pca2", "pca3"} <= set(projections.places)
    for name, places in projections.places.items():
        assert places.shape == (COUNT, int(name[-1]))
        assert places.min() >= 0 and places.max() <= 1
        assert projections.place(name, EMBEDDINGS[2], EMBEDDINGS).shape == (int(name[-1]),)
    assert projections.clusters.shape == (COUNT, 2)


def test_values_are_counted_whatever_finds_their_images() -> None:
    class Chosen:
        """Postings of another kind, which do not list the values that they find."""

        def __len__(self) -> int:
            return COUNT

        def with_label(self, label: str) -> Rows:
            return np.asarray([0] if label == "label 0" else [], dtype=np.int64)

        def in_category(self, category: str) -> Rows:
            return np.arange(COUNT if category == "things" else 0)

        def taken_in(self, period: str) -> Rows:
            return np.arange(0)

        def row_of(self, item_id: str) -> int | None:
            return int(item_id.removeprefix("image-"))

    class Custom(InMemoryCollection):
        @property
        def postings(self) -> Postings:
            return Chosen()

    collection = Custom("six", images())
    assert collection.facets("category") == {"things": COUNT}
    assert collection.facets("label", 2) == {"label 0": 1, "label 1": 1}
    assert collection.about.categories == {"things": COUNT}
    assert collection.inside(HasLabel("label 0")).tolist() == [True, *[False] * (COUNT - 1)]


def test_an_empty_collection_says_what_to_do() -> None:
    empty = EmptyCollection()
    assert len(empty) == 0
    for use in (
        lambda: empty.embeddings,
        lambda: empty.embedding_index,
        lambda: empty.projections,
        lambda: empty.picture(0),
        lambda: empty.row("x"),
    ):
        with pytest.raises(NoCollectionError, match="no collection yet. Make one with `python -m devise_core index FOLDER"):
            use()
