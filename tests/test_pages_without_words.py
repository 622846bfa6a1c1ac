"""Every page works with a model that has no vocabulary, and says what such a model cannot do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devise_core import Engine
from devise_core.serving import open_engines
from tests.app_testing import PAGES, app, checked, component_data, page_text, tile_names
from tests.two_towers import two_tower_engine


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The app over a two-tower model without a vocabulary."""
    folder = tmp_path_factory.mktemp("towers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEMBLANCE_COLLECTIONS", str(folder / "collections"))
        patch.setenv("SEMBLANCE_ARTIFACTS", str(folder / "model"))
        engine = two_tower_engine(folder)
        patch.setattr(open_engines, "load_any_engine", lambda *_: engine)
        yield engine


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_without_error(towers: Engine, page: str) -> None:
    test = app(page)
    assert not test.error


def test_text_search_shows_the_pictures_in_order(towers: Engine) -> None:
    test = app("text_search", q="a red square -blue", weak="1")
    assert not test.error
    assert set(tile_names(test)) == {hit.name for hit in towers.search_text("a red square -blue", k=12)}
    assert "How much each part counts" in page_text(test)
    assert "Similar words" not in page_text(test)


def test_words_page_says_that_there_are_no_words(towers: Engine) -> None:
    test = app("words", q="violin")
    assert "This model has no list of words" in page_text(test)
    assert not test.error


def test_labels_page_asks_for_labels(towers: Engine) -> None:
    test = app("labels")
    assert "Type the words to choose from" in page_text(test)
    test = checked(test.text_area[0].set_value("red, blue").run())
    image = towers.collection.items[len(towers.collection) // 12]
    best = towers.label_embedding(towers.collection.embeddings[towers.collection.row(image.id)], vocabulary=["red", "blue"])[0]
    assert f"Best name: {best.word}" in page_text(test)


def test_explorer_works_without_names(towers: Engine) -> None:
    first = towers.collection.items[0].id
    test = app("explorer", q="red", item=first)
    assert "cannot name pictures or find similar words" in page_text(test)
    assert not test.error
    assert component_data(test, "map")


def test_open_picture_is_explained_by_the_query(towers: Engine) -> None:
    first = towers.collection.items[0].id
    test = app("text_search", q="red", open=first)
    assert not test.error
    assert "For **red**," in page_text(test)
    test = app("text_search", open=first)
    assert "Search for something to see which regions of this picture match" in page_text(test)
    assert not test.error


def test_image_search_shows_similar_pictures(towers: Engine) -> None:
    test = app("image_search", q="sea")
    assert "This model has no list of words" in page_text(test)
    assert not test.error
    assert len(component_data(test, "tiles")) == 3
