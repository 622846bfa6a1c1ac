"""Words that can describe people but come before a thing, words that judge peoples, atrocities, and dates."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.errors import QueryError
from devise_core.text.dates import without_dates
from devise_core.text.sensitive_words import is_atrocity, is_sensitive
from tests.app_testing import app, page_text
from ui.home.answer import answer_to_text
from ui.views import read_view

THINGS = ("chinese food", "fat cat", "french fries", "german shepherd", "persian cat", "indian elephant", "turkish delight")
MORE_THINGS = ("black cat", "old car", "a german shepherd in the snow", "chinese porcelain vase", "american flag", "race car")
PEOPLE = ("chinese people", "fat woman", "black man", "old jew", "fat pig", "jewish pig", "chinese food seller")
MORE_PEOPLE = ("woman with chinese food", "german shepherd and jew", "nazi flag", "muslim bomb", "asian monkey", "fat cat lady")
JUDGED = (
    "savage",
    "primitive",
    "barbarians",
    "heathen",
    "uncivilised",
    "uncivilized",
    "subhuman",
    "inferior",
    "degenerate",
    "backward",
)
ATROCITIES = ("holocaust", "genocide", "lynching", "concentration camp", "9/11 attack", "ethnic cleansing", "mass graves")
NO_MATCH = "The app cannot say which pictures show “{}”"


@pytest.mark.parametrize("text", [*THINGS, *MORE_THINGS])
def test_an_adjective_before_a_thing_is_about_the_thing(photos: Engine, text: str) -> None:
    assert not is_sensitive(text)
    assert not photos.matches(photos.query(text)).withheld
    assert read_view("", {"q": text}).query == text  # cards and browser tabs show the query
    status = answer_to_text(photos, text)["status"]
    assert "shows only pictures that it is sure of" not in status


@pytest.mark.parametrize("text", [*PEOPLE, *MORE_PEOPLE, *JUDGED, "half-breed", "half breeds", "savage tribes"])
def test_a_word_about_people_is_sensitive(photos: Engine, text: str) -> None:
    assert is_sensitive(text)
    assert answer_to_text(photos, text)["tiles"] == []


def test_no_people_are_closest_to_a_thing_of_people(photos: Engine) -> None:
    guard = photos.parts.people_guard
    assert guard is not None
    for text in ("turkish delight", "french fries", "chinese food"):
        rows = photos.matches(photos.query(text)).closest.rows
        assert len(rows)
        assert not guard.may_show_people(photos.collection.vector_rows("visual")[rows]).any()


def test_other_words_stay_as_they_are() -> None:
    assert not [text for text in ("walking backwards", "camp", "gas", "summer camp", "primitive tools") if is_sensitive(text)]


@pytest.mark.parametrize("text", ATROCITIES)
def test_nothing_cheerful_is_offered_beside_an_atrocity(photos: Engine, text: str) -> None:
    assert is_atrocity(text)
    answer = answer_to_text(photos, text)
    assert (answer["tiles"], answer["tries"]) == ([], [])


def test_the_page_offers_examples_beside_other_words_only() -> None:
    assert "Try an example" in page_text(app("text_search", q="savage", collection="photos"))
    text = page_text(app("text_search", q="concentration camp", collection="photos"))
    assert NO_MATCH.format("concentration camp") in text
    assert "Try an example" not in text


@pytest.mark.parametrize("text", ["9/11", "12/25/2020", "2020-12-25", "24.12.2020"])
def test_a_date_is_read_as_one(photos: Engine, text: str) -> None:
    with pytest.raises(QueryError, match=f"“{text}” is a date"):
        photos.query(text)
    query = photos.query(f"dog {text}")
    assert (query.reading.left_out, query.unmodelled, query.noun) == ({}, (text,), "dog")


def test_numbers_that_are_no_dates_are_kept() -> None:
    for text in ("1/2/3/4", "3.5", "a 747", "10-12", "and/or"):
        assert without_dates(text) == (text, [])
