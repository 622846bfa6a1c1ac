"""Every image that has the words of a query in its label, caption or category is found, however many there are and with any filter."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine, Hits
from devise_core.cli.main import main
from devise_core.collections.caption_index import CaptionIndex
from devise_core.collections.contract import ImageBatch
from devise_core.collections.folder import FolderCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.collections.milvus.collection import MilvusCollection
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.collections.projection import project
from devise_core.collections.writer import write_collection
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, QueryError
from devise_core.search.conditions import HasId, HasLabel, InCategory
from devise_core.storage.paths import CollectionLayout
from tests import large_collections
from tests.fakes import unit_rows
from tests.large_collections import FIRST, add
from ui.query.caption_row import described
from ui.query.evidence import absence_sentence

large_folder = large_collections.large_folder
COUNT, LAST = 1_200, 10
ITEMS = [
    Item(f"{row:04}", f"images/{row}.webp", ("holiday",), "b" if row >= COUNT - LAST else "a", f"picture {row}")
    for row in range(COUNT)
]
IDS = [item.id for item in ITEMS]


@pytest.fixture(scope="module")
def holidays(engine: Engine) -> Engine:
    """1,200 images with the same label. Only the last 10 are in category b."""
    vectors = zip(ITEMS, unit_rows(COUNT, 8), unit_rows(COUNT, engine.text.dimension), strict=True)
    images = [InMemoryImage(item, item.id, b"", features, embedding) for item, features, embedding in vectors]
    return engine.on(InMemoryCollection("holidays", images))


def test_a_condition_applies_before_the_list_is_cut(holidays: Engine) -> None:
    for query in ("holiday", holidays.query("holiday")):
        hits = holidays.found_by_caption(query, 4, InCategory("b"))
        assert [hit.id for hit in hits] == IDS[-LAST:][:4]
        assert isinstance(hits, Hits)
        assert len(holidays.found_by_caption(query, 48, ~HasLabel("holiday"))) == 0
    with pytest.raises(QueryError, match="condition"):
        holidays.found_by_caption("holiday", where="b")  # type: ignore[arg-type]


def test_all_images_are_found_without_a_number(holidays: Engine) -> None:
    for query in ("holiday", holidays.query("holiday")):
        assert [hit.id for hit in holidays.found_by_caption(query, None)] == IDS
        assert len(holidays.found_by_caption(query)) == 12


def test_the_command_lists_all_images(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("devise_core.collections.writer.project", lambda rows, *_: project(rows, methods=("pca",)))
    layout = CollectionLayout(tmp_path / "holidays")
    layout.root.mkdir()
    vectors = unit_rows(COUNT, 8), unit_rows(COUNT, engine.text.dimension)
    write_collection(layout, ITEMS, *vectors, engine.model_id, "a test")
    command = ["search", "holiday", "--captions", "--collection", str(layout.root)]
    for filters, count in (([], COUNT), (["--category", "b"], LAST), (["--not-category", "a"], LAST)):
        assert main([*command, *filters]) == 0
        assert len(capsys.readouterr().out.splitlines()) == count


def test_images_that_may_not_be_shown_take_no_place(photos: Engine) -> None:
    images = []
    for name, caption in {"gorilla": "a baby", "grace-hopper": "a woman who holds a small baby in the garden"}.items():
        of = photos.encoded(photos.collection.row(name))
        item = replace(Item(name, name), caption=caption)
        images.append(InMemoryImage(item, name, b"", of.features[0], of.embeddings[0]))
    album = photos.on(InMemoryCollection("mine", images))
    assert album.collection.captions.search([["baby"]], k=1) == [0]
    assert [hit.id for hit in album.found_by_caption(album.query("baby"), 1)] == ["grace-hopper"]


def test_the_page_fills_its_row_beyond_the_pictures_that_it_shows(holidays: Engine) -> None:
    assert [hit.id for hit in described(holidays, "holiday", set(IDS[:100]))] == IDS[100:112]
    assert [hit.id for hit in described(holidays, "holiday", (), InCategory("b"))] == IDS[-LAST:]


def test_the_page_counts_the_pictures_that_satisfy_its_filters(holidays: Engine) -> None:
    query = holidays.query("holiday")
    assert "48 or more pictures have the word" in absence_sentence(holidays, query, "holiday")
    assert "10 pictures have the word" in absence_sentence(holidays, query, "holiday", InCategory("b"))


def test_added_images_are_found_with_a_condition(large_folder: Path) -> None:
    add(large_folder, FIRST, FIRST + 5)
    collection = FolderCollection.open(large_folder)
    inside = np.zeros(len(collection), dtype=np.bool_)
    inside[[3, FIRST + 1]] = True
    assert sorted(collection.captions.search([["picture"]], k=24, inside=inside)) == [3, FIRST + 1]
    assert len(collection.captions.search([["picture"]], k=None)) == len(collection)


def test_all_images_of_milvus_are_found_however_many_it_returns_at_once(
    connection: MilvusConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_MILVUS_PICTURES", str(tmp_path))
    monkeypatch.setattr("devise_core.collections.milvus.comparison.WINDOW", 20)
    vectors = unit_rows(90, 8), unit_rows(90, 6)
    with MilvusWriter("holidays", "m", connection) as milvus:
        milvus.put(ImageBatch(ITEMS[-90:], *vectors, [b""] * 90, IDS[-90:]))
        milvus.seal()
    captions = MilvusCollection.open("holidays", "m", connection).captions
    assert captions.search([["holiday"]], k=None) == list(range(90))
    assert captions.search([["holiday"]], k=None, inside=InCategory("b")) == list(range(80, 90))
    assert captions.search([["holiday"]], k=4, inside=InCategory("b") & ~HasId(IDS[-1])) != []


def test_a_row_of_no_image_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "captions.sqlite"
    CaptionIndex.write(path, ITEMS[:3])
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO captions (rowid, labels) VALUES (-4, 'holiday')")
    database.close()
    with pytest.raises(ArtifactError, match="no image"):
        CaptionIndex.open(path).search([["holiday"]], inside=np.ones(3, dtype=np.bool_))
