"""Calls of the library with values that cannot be used raise its own error, in one sentence that says what to give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devise_core import Engine, load_engine
from devise_core.collections.base import Collection
from devise_core.collections.folder import FolderCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.collections.indexing import index_folder
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError, DeviseError, QueryError, SlowCollectionError, UnknownCollectionError
from devise_core.vectors import row_given, rows_given
from tests.fakes import ColourEncoder, unit_rows
from tests.large_collections import FIRST, large_folder

__all__ = ["large_folder"]


@pytest.fixture
def collections(engine: Engine, large_folder: Path) -> Iterator[list[Collection]]:
    """A collection of each kind."""
    vector = unit_rows(1, 4)[0]
    memory = InMemoryCollection("one", [InMemoryImage(Item("a", "a.webp"), "", b"", vector, vector)])
    yield [engine.collection, FolderCollection.open(large_folder, "m"), memory]


def test_a_folder_to_index_may_be_a_text(source: Path) -> None:
    assert index_folder(str(source), "mine", ColourEncoder()).count == 36


@pytest.mark.parametrize("folder", [None, 7, "", b"pictures", ["pictures"]])
def test_something_that_is_no_folder_to_index_is_refused(folder: Any, source: Path) -> None:
    with pytest.raises(CollectionError, match=r"^Give the path of the folder that your images are in\. Received: "):
        index_folder(folder, "mine", ColourEncoder())


@pytest.mark.parametrize("name", [None, 7, b"mine", ["mine"]])
def test_a_name_of_a_new_collection_that_is_no_text_is_refused(name: Any, source: Path) -> None:
    with pytest.raises(CollectionError, match=r"^The name of a collection is a text\. Received: "):
        index_folder(source, name, ColourEncoder())


@pytest.mark.parametrize("item_id", [3, None, b"dog", ["dog"]])
def test_an_id_that_is_no_text_is_in_no_collection(item_id: Any, collections: list[Collection]) -> None:
    for collection in collections:
        assert item_id not in collection
        with pytest.raises(CollectionError, match=r"^The id of an image is a text\. Received: "):
            collection.row(item_id)


@pytest.mark.parametrize("kind", ["x", "", None, 3, ["label"]])
def test_images_are_only_counted_by_what_they_have(kind: Any, collections: list[Collection]) -> None:
    for collection in collections:
        assert collection.facets("year") == {}
        with pytest.raises(QueryError, match=r"^Images are counted by label, category, year\. Received: "):
            collection.facets(kind)


def test_a_ranking_has_slices_and_no_single_images(engine: Engine) -> None:
    ranking = engine.ranking(engine.query("dog"))
    for take in (lambda: ranking[0], lambda: ranking["dog"], lambda: list(ranking)):  # type: ignore[index,call-overload]
        with pytest.raises(QueryError, match=r"^A part of a ranking is a slice, such as ranking\[:10\].* Received: (0|'dog')\.$"):
            take()
    assert len(ranking[:1]) == 1


@pytest.mark.parametrize("path", ["\0", "a\0b", "\ud800"])
def test_a_path_that_no_file_can_have_is_named(path: str) -> None:
    for model in (path, Path(path)):
        with pytest.raises(ArtifactError, match=r"^'.*\\\\?.*' is not the path of a folder\. Check the path of the model\.$"):
            load_engine(model)
    with pytest.raises(UnknownCollectionError):
        load_engine(None, path)


def test_the_remedy_for_an_empty_name_is_a_method_of_the_engine(engine: Engine) -> None:
    with pytest.raises(CollectionError, match=r"Choose one of the names that Engine\.collections\(\) returns\."):
        engine.on("")


@pytest.mark.parametrize("row", [10**30, -(10**30), 2**63, 384, -1])
def test_a_row_of_any_size_is_out_of_range(row: int, engine: Engine) -> None:
    for use in (lambda: engine.encoded(row), lambda: engine.collection.picture(row), lambda: engine.label_all(1, [row])):
        with pytest.raises(QueryError, match=rf"^The collection has the rows 0 to 383\. Received: {row}\.$"):
            use()


def test_rows_outside_of_a_collection_are_named() -> None:
    for last in (1000, 10**30):
        with pytest.raises(QueryError, match=rf"^The collection has the rows 0 to 383\. Received: 0 to {last}\.$"):
            rows_given([0, last], 384)
    with pytest.raises(QueryError, match=r"^The collection has no images, and so no rows\. Received: 0\.$"):
        row_given(0, 0)


@pytest.mark.parametrize(
    "raise_",
    [
        lambda engine, name: engine.on(name),
        lambda engine, name: engine.more_like(name),
        lambda engine, name: load_engine(f"folder{name}"),
        lambda engine, name: (_ for _ in ()).throw(SlowCollectionError(name, 1)),
        lambda engine, name: (_ for _ in ()).throw(UnknownCollectionError("a", [name])),
    ],
)
def test_control_characters_of_a_name_are_escaped(raise_: Callable[[Engine, str], object], engine: Engine) -> None:
    with pytest.raises(DeviseError) as raised:
        raise_(engine, "a\x1b[31m\r\nb")
    assert r"a\x1b[31m\r\nb" in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("by", ["visual", "partition", "other"])
def test_every_collection_multiplies_the_same_vectors(by: Any, collections: list[Collection]) -> None:
    for collection in collections:
        assert len(collection.products("semantic")) == len(collection)
        with pytest.raises(CollectionError, match=r"^There are only products .* Use feature_index for features\. Received: "):
            collection.products(by)
    assert len(collections[1]) == FIRST
