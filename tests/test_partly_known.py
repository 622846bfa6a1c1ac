"""Queries with a word that stays unknown, and misspelled words that are corrected by the words beside them."""

from __future__ import annotations

import pytest

from devise_core import Engine
from tests.app_testing import app, page_text
from ui.home.answer import answer_to_text


@pytest.mark.parametrize("text", ["strnged instrment", "strnged instrument", "two strnged instrments"])
def test_the_words_beside_a_misspelled_one_correct_it(photos: Engine, text: str) -> None:
    query = photos.query(text)
    assert query.respelled["strnged"] == "stringed"
    assert not query.reading.left_out


def test_the_nearest_spelling_is_offered_first(photos: Engine) -> None:
    assert photos.vocabulary is not None
    assert photos.vocabulary.spellings(["strnged"])["strnged"][0] == "stringed"


@pytest.mark.parametrize("text", ["qwxzv zebra", "zebra qwxzv"])
def test_a_query_with_an_unknown_word_is_no_sure_match(engine: Engine, text: str) -> None:
    assert engine.matches(engine.query("zebra")).sure
    assert not engine.matches(engine.query(text)).sure
    assert "match well" not in page_text(app("text_search", q=text))
    assert (
        answer_to_text(engine, text)["status"] == f"Closest we have for “{text}”. The app is not sure that these pictures show it."
    )


def test_an_unknown_word_that_is_excluded_changes_nothing(engine: Engine) -> None:
    assert engine.matches(engine.query("zebra -qwxzv")).sure


def test_the_results_of_a_corrected_query_do_not_name_unknown_words() -> None:
    text = page_text(app("text_search", q="qwxzv elephent", collection="photos"))
    assert "Showing results for **elephant**" in text


@pytest.mark.parametrize(
    ("text", "meant"), [("hors", {"hors": "horse"}), ("chien", {}), ("hund", {}), ("maison", {}), ("pferd", {})]
)
def test_a_foreign_word_that_may_be_a_typing_error_says_so(photos: Engine, text: str, meant: dict[str, str]) -> None:
    query = photos.query(text)
    assert query.reading.corrected[text].language
    assert {word: correction.form for word, correction in query.other_meaning.items()} == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("castel", "castle"),
        ("bick", "brick"),
        ("appel", None),
        ("tigre", None),
        ("lyon", None),
        ("paris", None),
        ("castle", None),
        ("amy", None),
    ],
)
def test_a_rare_name_that_may_be_a_typing_error_says_so(photos: Engine, text: str, meant: str | None) -> None:
    query = photos.query(text)
    assert [correction.form for correction in query.other_meaning.values()] == ([meant] if meant else [])


@pytest.mark.parametrize(("text", "meant"), [("hors", "horse"), ("castel", "castle")])
def test_pages_offer_the_word_without_the_typing_error(photos: Engine, text: str, meant: str) -> None:
    test = app("text_search", q=text, collection="photos")
    offer = f"Did you mean {meant}?"
    assert test.button(key="meaning").label == offer
    test.button(key="meaning").click().run()
    assert test.query_params["q"] == meant
    answer = answer_to_text(photos, text)
    assert [offer, meant] in answer["tries"]
    assert offer not in answer["notes"]


@pytest.mark.parametrize("text", ["pet", "rat", "mouse", "pan", "roses", "bosses", "rats", "blonde"])
def test_a_common_noun_has_no_foreign_reading(photos: Engine, text: str) -> None:
    assert not photos.query(text).other_meaning
