"""The tour shows real pages, each in the view that its step describes."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.search.confidence import confidence
from tests.app_testing import app, checked, page_text, tile_names
from ui.tour import STEPS


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_each_step_shows_its_page(number: int) -> None:
    step = STEPS[number - 1]
    test = app(step.page, tour=str(number), **step.view)
    assert f"**{number} of {len(STEPS)}  ·  {step.title}**" in page_text(test)
    assert not checked(test).error
    labels = {each.proto.label for kind in ("page_link", "button") for each in test.get(kind)}
    assert "End the tour" in labels
    assert ("Back" in labels) == (number > 1)
    if number < len(STEPS):
        assert f"Next: {STEPS[number].title}" in labels


@pytest.mark.parametrize("number", ["0", "99", "x", ""])
def test_there_is_no_banner_outside_the_tour(number: str) -> None:
    test = app("text_search", q="bird", tour=number)
    assert "End the tour" not in {link.proto.label for link in test.get("page_link")}


def test_the_steps_show_what_they_promise() -> None:
    names = tile_names(app("text_search", collection="photos", **STEPS[0].view))
    assert {"basilica", "temple", "palace"} <= set(names)
    assert "building" not in names
    tools = tile_names(app("text_search", collection="photos", **STEPS[1].view))
    assert "screwdriver" in tools[:3]
    assert "hammer" not in tools[:6]
    assert "hammer" in tile_names(app("text_search", collection="photos", q="tool"))[:3]


def test_the_words_of_the_path_begin_and_end_with_a_good_picture(photos: Engine) -> None:
    view = next(step.view for step in STEPS if step.page == "words")
    path = photos.word_path(view["a"], view["b"])
    assert path[0][1] and path[-1][1]
    assert sum(hit is not None for _, hit in path) >= 6


def test_the_picture_of_the_tour_has_a_sure_name(photos: Engine) -> None:
    [item] = [step.view["item"] for step in STEPS if step.page == "labels"]
    names = photos.names(photos.encoded(photos.collection.row(item)))
    assert names and names.hits[0].word in photos.collection.items[photos.collection.row(item)].labels
    assert confidence(names.shares[0]) == "probably"
