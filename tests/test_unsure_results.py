"""What is shown for queries of which the app is not sure: first what descriptions say, and never people or corn by chance."""

from __future__ import annotations

import pytest

from devise_core import Engine
from tests.app_testing import app, caption_names, page_text, tile_names, tiles
from ui.home.answer import answer


@pytest.mark.parametrize("query", ["taj mahal", "statue of liberty"])
def test_described_pictures_come_before_those_that_are_only_close(query: str, photos: Engine) -> None:
    """The first result for "taj mahal" used to be the Qutub Minar, and the Taj Mahal was far below."""
    test = app("text_search", q=query, collection="photos")
    assert test.header[0].value == "Found by caption or label"
    assert query.split(maxsplit=1)[0] in caption_names(test)[0]
    shown = answer(photos, photos.query(query))
    assert shown["captioned_first"]
    described = {tile["id"] for tile in shown["captioned"]}
    assert described and described.isdisjoint(tile["id"] for tile in [*shown["tiles"], *tiles(test)])


def test_described_pictures_follow_matches_of_which_the_app_is_sure(photos: Engine) -> None:
    shown = answer(photos, photos.query("castle"))
    assert shown["captioned"] and not shown["captioned_first"]


@pytest.mark.parametrize(("query", "is_sure"), [("animal -fur", False), ("animal without fur", False), ("animal -dog", True)])
def test_a_query_is_not_sure_if_the_labels_cannot_judge_what_it_excludes(query: str, is_sure: bool, photos: Engine) -> None:
    """The app used to announce 107 pictures for "animal without fur", most of them of animals with fur."""
    assert photos.matches(photos.query(query)).sure == is_sure


def test_nothing_is_close_to_what_no_picture_can_show(photos: Engine) -> None:
    matches = photos.matches(photos.query("freedom"))
    assert matches.absent and not len(matches.closest)
    assert not tile_names(app("text_search", q="freedom", collection="photos"))


@pytest.mark.parametrize("query", ["person", "face", "baby"])
def test_only_people_are_close_to_a_word_for_people(query: str, engine: Engine) -> None:
    """The closest pictures used to be corn, a cherimoya, and a green apple."""
    matches = engine.matches(engine.query(query))
    guard = engine.parts.people_guard
    assert guard and matches.sure == (query == "person")
    assert guard.show_rather_people(engine.collection.vector_rows("visual")[matches.closest.rows]).all()


def test_a_text_that_matches_nothing_says_no_similarities() -> None:
    test = app("text_search", q="baby", collection="stamps")
    assert "random words" not in page_text(test)
