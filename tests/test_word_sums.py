"""Which sums of words the page *Words* computes, and which words it shows."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.family_words import is_family_word
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.thing_words import is_place, is_thing
from tests.app_testing import app, page_text
from tests.random_words import random_pairs
from ui.blocked_words import NO_WORDS, refuse_blocked, words_of
from ui.words.modes import SUM_EXAMPLES, WORDS
from ui.words.sums import ANIMALS, COLOUR, DIFFERENCE, PEOPLE, PLACES, check_sum
from ui.words.word_list import PREJUDICE, shown_words


def shown(engine: Engine, text: str) -> list[str]:
    """Return the words that the page shows for a text."""
    query = engine.query(text)
    refuse_blocked(engine, words_of(query), NO_WORDS, sex_and_age=False)
    check_sum(query)
    return [hit.word for hit in shown_words(engine, query, WORDS)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("black - white", DIFFERENCE),
        ("woman - man", DIFFERENCE),
        ("human - intelligence", DIFFERENCE),
        ("king - queen - king", DIFFERENCE),
        ("maffia + roadkill", "lists no words similar"),
        ("raffiaa + uncle", PEOPLE),
        ("nigeria - france + dog", PLACES),
        ("nigeria ape", PLACES),
        ("israel + pig", PLACES),
        ("new york + rat", PLACES),
        ("haiti - poor + rich", "lists no words similar"),
        ("human - intelligence + dog", PEOPLE),
        ("boss - man + woman", PEOPLE),
        ("doctor - man + woman", PEOPLE),
        ("woman + dog", PEOPLE),
        ("mosque + pig", ANIMALS),
        ("obama + monkey", ANIMALS),
        ("black + nurse", PEOPLE),
        ("yellow + obama", COLOUR),
    ],
)
@pytest.mark.parametrize("mode", ["sum", "near"])
def test_a_sum_that_compares_people_is_refused(text: str, sentence: str, mode: str) -> None:
    test = app("words", mode=mode, q=text)
    assert sentence in page_text(test).replace("\\", "")
    assert not [button.key for button in test.button if str(button.key).startswith("word-")]


@pytest.mark.parametrize("sign", ["+", ""])
def test_no_sum_combines_countries_or_people_with_animals(engine: Engine, sign: str) -> None:
    answered = []
    for name, animal in random_pairs(engine, 200):
        try:
            answered.append((name, animal, shown(engine, f"{name} {sign} {animal}")))
        except (QueryError, UnknownWordError):
            continue
    assert answered == []


@pytest.mark.parametrize("text", SUM_EXAMPLES)
def test_the_examples_are_answered(engine: Engine, text: str) -> None:
    assert len(shown(engine, text)) == WORDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red sports car", "truck"),
        ("summer - sun + snow", "winter"),
        ("car - land + sea", "boat"),
        ("bird - wings + fins", "shark"),
        ("apple - red + yellow", "pear"),
        ("black cat", "dog"),
        ("brown dog", "cat"),
        ("sun + moon", "planet"),
        ("black + white", "red"),
        ("big red bus", "train"),
        ("sleeping cat", "dog"),
        ("old house", "building"),
    ],
)
@pytest.mark.parametrize("mode", ["sum", "near"])
def test_words_that_describe_things_are_combined_without_a_warning(text: str, expected: str, mode: str) -> None:
    test = app("words", mode=mode, q=text)
    words = [str(button.key).removeprefix("word-") for button in test.button if str(button.key).startswith("word-")]
    assert expected in words
    assert PREJUDICE not in page_text(test)
    assert set(words).isdisjoint({"as", "at", "he", "once", "one", "well"})


def test_results_are_of_the_kind_of_the_sum(engine: Engine) -> None:
    assert all(map(is_family_word, shown(engine, "king - queen + king")))
    assert all(map(is_family_word, shown(engine, "king - man + woman")))
    assert all(map(is_place, shown(engine, "israel + palestine")))
    assert all(map(is_thing, shown(engine, "monkey + banana")))
    assert shown(engine, "walking - walk + swim")[0] == "swimming"


@pytest.mark.parametrize("text", ["maid", "castle", "president", "fish", "nigeria", "war", "body"])
def test_similar_words_leave_out_sensitive_words(engine: Engine, text: str) -> None:
    words = shown(engine, text)
    assert len(words) == WORDS
    assert [word for word in words if is_sensitive(word, sex_and_age=False)] == []


@pytest.mark.parametrize("text", ["blacks", "whites", "thug", "thugs", "corpse", "corpses", "filipinas", "anti-muslim", "thug's"])
def test_plurals_and_compounds_of_sensitive_words_are_sensitive(text: str) -> None:
    assert is_sensitive(text, sex_and_age=False)
