"""How a page shows the way a query was read."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from devise_core.text.tokens import with_words
from tests.app_testing import checked, page_text
from ui.query.reading import literal_query


def _show(query: str, with_photo: bool) -> None:
    from ui.errors import show_errors
    from ui.query.reading import show_reading
    from ui.server.engine_cache import current_engine

    engine = current_engine()
    pictures = {"photo": engine.collection.embeddings[engine.collection.row("violin")]} if with_photo else None
    with show_errors("q"):
        show_reading(engine.read_text(query, pictures), "q", pictures)


def reading(query: str, with_photo: bool = False) -> AppTest:
    return checked(AppTest.from_function(_show, args=(query, with_photo), default_timeout=30).run())


def test_each_term_has_a_tag_with_sign_share_and_nearest_words() -> None:
    line = reading("bird + water^2 - horse").markdown[0]
    assert (
        line.value == ":small[How much each part counts:] :green-badge[bird 25%] :green-badge[+ water 50%] :red-badge[− horse 25%]"
    )
    assert "**horse**: horses" in line.help
    line = reading("like:photo + sea", with_photo=True).markdown[0]
    assert ":green-badge[:material/image: photo 50%] :green-badge[+ sea 50%]" in line.value
    assert "**photo**: violin, cello" in line.help


def test_words_that_name_nothing_have_no_share() -> None:
    line = str(reading("girls at the party").markdown[0].value).partition(":small[How much each part counts:]")[2]
    assert "at " not in line
    assert "the" not in line
    shares = [int(share) for share in re.findall(r"(\d+)%", line)]
    assert len(shares) == 2
    assert sum(shares) == pytest.approx(100, abs=1)


def test_corrected_and_ignored_words_are_named() -> None:
    test = reading("snowleopard")
    assert [element.value for element in test.markdown] == [":small[snowleopard was read as snow leopard]"]
    test = reading("bird near qwxzv vyolyn")
    assert "The search ignores words that the app does not know: qwxzv, vyolyn" in page_text(test)
    assert "violin" in [button.label for button in test.button]


def test_a_corrected_word_is_named_with_a_way_back() -> None:
    test = reading("bird near vioolin")
    assert "Showing results for **bird near violin**" in page_text(test)
    assert "Showing results for **dog**" in page_text(reading("hund"))
    assert "Showing results for" not in page_text(reading('"hund"'))


@pytest.mark.parametrize(
    ("typed", "literal", "origin"),
    [
        ("hund hund", '"hund" "hund"', "**dog dog** (German “hund”)"),
        ("hund cassle", '"hund" "cassle"', "**dog castle** (German “hund”)"),
        ("chien hund", '"chien" "hund"', "**dog dog** (French “chien”, German “hund”)"),
        ("2*hund -cassle^2", '2*"hund" -"cassle"^2', "(German “hund”)"),
    ],
)
def test_the_way_back_quotes_each_corrected_word(typed: str, literal: str, origin: str, engine: Engine) -> None:
    assert literal_query(engine.read_text(typed)) == literal
    assert not engine.read_text(literal).corrected
    assert origin in page_text(reading(typed))


@pytest.mark.parametrize(
    ("typed", "word", "corrected"),
    [
        ("doggx doggxhouse doggx", "doggx", "dog doggxhouse dog"),
        ("éléphantt by the sea", "elephantt", "dog by the sea"),
        ("a CAFE\u0301E, closed", "cafee", "a dog, closed"),
        ("Großß haus", "grossss", "dog haus"),
        ("½ cup", "1⁄2 cup", "½ cup"),
    ],
)
def test_a_spelling_replaces_whole_words_only(typed: str, word: str, corrected: str) -> None:
    assert with_words(typed, {word: "dog"}) == corrected


def test_the_correction_of_an_ignored_word_is_not_announced() -> None:
    text = page_text(reading("three beautifl vioolin"))
    assert "Showing results for **three beautifl violin**" in text
    assert "beautiful" not in text
    assert "Showing results for **beautiful**" in page_text(reading("beautifl"))  # on its own, the word is searched for


def test_dropped_words_are_named() -> None:
    assert "ignores “show me” and “photos of”" in page_text(reading("show me photos of a dog"))


def test_an_unchanged_word_is_not_explained() -> None:
    assert not page_text(reading("violin"))


def test_a_long_query_shows_a_limited_number_of_tags() -> None:
    assert reading("dog " * 200 + "cat").markdown[0].value.count("-badge[") == 2
    assert reading("sea horse dog cat bird fish wolf bear lion tiger cow pig goat").markdown[0].value.count("-badge[") == 8


def test_markup_in_a_query_is_shown_as_written() -> None:
    line = reading('like:"**<b>x</b>**" + dog').warning[0].value
    assert r"\*\*\<b\>x\<\/b\>" in line
