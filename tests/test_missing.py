"""If a link names a picture, a collection or a filter that does not exist, the page says so and shows nothing in its place."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from starlette.requests import Request

from devise_core import Engine
from tests.app_testing import app, component_data, page_text, tile_names, tiles
from ui.server.engine_cache import CHOSEN
from ui.sharing.card_routes import _card, _content
from ui.views import read_view

MISSING = "There is no picture “woman” in Photographs."


@pytest.mark.parametrize("page", ["labels", "image_search"])
def test_a_link_to_a_missing_picture_shows_no_other(page: str) -> None:
    test = app(page, item="woman", collection="photos")
    assert MISSING in page_text(test)
    assert component_data(test, "crop") == []
    assert tiles(test) == []
    assert not any("Best name" in str(header.value) for header in test.header)
    near = test.button(key="missing-woman-on-the-beach").click().run()
    assert "There is no picture" not in page_text(near)
    assert len(component_data(near, "crop")) == 1


def test_a_missing_picture_can_be_searched_for() -> None:
    link = next(
        link for link in app("labels", item="red-kite", collection="photos").get("page_link") if "Search for" in link.proto.label
    )
    assert (link.proto.label, link.proto.query_string) == ("Search for red kite", "q=red+kite")


def test_a_name_that_is_not_repeated_in_large_type_is_left_out() -> None:
    test = app("labels", item="whore", collection="photos")
    assert "There is no picture in Photographs." in page_text(test)
    assert "whore" not in page_text(test)


def test_the_map_says_that_a_picture_is_missing() -> None:
    assert MISSING in page_text(app("explorer", item="woman", collection="photos"))
    assert "There is no picture" not in page_text(app("explorer", item="cat", collection="photos"))


@pytest.mark.parametrize("page", ["home", "text_search", "words", "results"])
def test_the_dialog_of_a_missing_picture_says_so(page: str) -> None:
    assert MISSING in page_text(app(page, open="woman", collection="photos"))
    assert "There is no picture" not in page_text(app(page, open="cat", collection="photos"))


@pytest.mark.parametrize("page", ["home", "text_search", "labels", "explorer"])
def test_a_link_to_a_missing_collection_says_which_is_shown(page: str) -> None:
    test = app(page, collection="holiday")
    assert "There is no collection “holiday” here. This page shows the collection Cut\\-outs instead." in page_text(test)
    assert "There is no collection" in page_text(test.run()), "a component runs the page again as it is drawn"
    test.session_state[CHOSEN] = "photos"
    assert "There is no collection" not in page_text(test.run())
    assert "There is no collection" not in page_text(app(page, collection="photos"))


def test_a_filter_that_names_nothing_is_reported() -> None:
    text = page_text(app("text_search", q="animal", label="no such label", out="nowhere", collection="photos"))
    assert "No picture here has the label “no such label”. This filter is ignored." in text
    assert "No picture here has the category “nowhere”. This filter is ignored." in text
    known = app("text_search", q="castle", label="castle", collection="photos")
    assert "This filter is ignored" not in page_text(known)
    assert set(tile_names(known)) >= {"castle"}


def test_a_missing_picture_in_a_query_is_reported() -> None:
    assert "There is no picture “woman” in" in page_text(app("text_search", q="like:woman", collection="photos"))


def test_a_missing_end_of_a_path_is_reported() -> None:
    assert "“kjhgfd” is unknown" in page_text(app("words", mode="way", a="kjhgfd", b="dog"))


def test_the_card_of_a_missing_picture_has_none(engine: Engine) -> None:
    titles, subtitle, rows = _content(engine, read_view("labels", {"item": "woman"}))
    assert (titles, rows) == (["There is no such picture"], [])
    assert "removed" in subtitle


@pytest.mark.parametrize("collection", ["holiday", "your pictures"])
def test_the_card_of_a_missing_collection_shows_no_other(collection: str) -> None:
    def card(query: str) -> Image.Image:
        answer = _card(Request({"type": "http", "query_string": query.encode()}))
        return Image.open(io.BytesIO(bytes(answer.body))).convert("RGB")

    pictures = (0, 400, 1200, 630)
    missing = card(f"page=text_search&q=dog&collection={collection.replace(' ', '+')}").crop(pictures)
    assert len(missing.getcolors(10_000) or range(10_000)) < 1_000
    assert len(card("page=text_search&q=dog&collection=photos").crop(pictures).getcolors(10_000) or range(10_000)) == 10_000


def test_a_filter_that_does_not_exist_is_named_once() -> None:
    text = page_text(app("text_search", q="dog", collection="photos", label="nowhere"))
    assert text.count("This filter is ignored.") == 1


@pytest.mark.artifacts
def test_a_picture_is_not_looked_for_in_a_collection_that_is_chosen_later() -> None:
    test = app("labels", item="cat-lying-down", collection="photos")
    [choice] = [group for group in test.button_group if str(group.key).startswith("choose-")]
    choice.set_value("stamps").run()
    assert not test.warning
    assert "item" not in test.query_params
