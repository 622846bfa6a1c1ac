"""Counts, feelings and judgements are left out of a query, and of everything that reads it."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.text.query_reader import read_query
from devise_core.text.unmodelled import COUNTS, JUDGEMENTS, quoted, without_unmodelled
from tests.fakes import text_space

NOUNS = {"four-poster", "six pack", "one-way street"}


@pytest.mark.parametrize(
    ("text", "rest", "unmodelled"),
    [
        ("two dogs", "dogs", ["two"]),
        ("a couple of cats", "cats", ["a couple of"]),
        ("a pair of red shoes", "red shoes", ["a pair of"]),
        ("a group of dogs", "dogs", ["a group of"]),
        ("large groups of people", "people", ["large groups of"]),
        ("a large dog", "a large dog", []),
        ("a couple", "a couple", []),
        ("several of the cars", "the cars", ["several of"]),
        ("two dogs and three cats", "dogs and cats", ["two", "three"]),
        ("a dozen eggs", "eggs", ["a dozen"]),
        ("12 chairs", "chairs", ["12"]),
        ("boeing 747", "boeing 747", []),
        ("apollo 11", "apollo 11", []),
        ("several", "several", ["several"]),
        ("two or three", "two or three", ["two", "three"]),
        ("two happy dogs", "dogs", ["two", "happy"]),
        ("the most beautiful city", "the city", ["most beautiful"]),
        ("very", "very", []),
        ("happy", "happy", ["happy"]),
        ("an old red car", "an old red car", []),
        ("a four poster bed", "a four poster bed", []),
        ("six pack of beer", "six pack of beer", []),
        ("one way street at night", "one way street at night", []),
        ("dog", "dog", []),
    ],
)
def test_words_that_no_image_shows_are_taken_out_of_a_phrase(text: str, rest: str, unmodelled: list[str]) -> None:
    assert without_unmodelled(text.split(), NOUNS.__contains__) == (rest.split(), unmodelled)


def test_the_lists_are_words_in_lower_case() -> None:
    assert {"two", "several"} <= COUNTS
    assert {"happy", "beautiful"} <= JUDGEMENTS
    assert all(word.isalpha() and word.islower() for word in COUNTS | JUDGEMENTS)


def test_the_query_says_what_it_is_read_without() -> None:
    query = read_query("Two happy dogs", text_space())
    assert query.noun == "dog"
    assert query.vector.tolist() == read_query("dog", text_space()).vector.tolist()
    assert query.unmodelled == ("two", "happy")
    assert read_query("a dog + two cats, two dogs", text_space()).unmodelled == ("two",)
    assert read_query("dog", text_space()).unmodelled == ()


def test_a_misspelled_word_that_is_ignored_is_not_called_corrected(engine: Engine) -> None:
    query = engine.query("Three Beautifl vioolin")
    assert query.unmodelled == ("three", "beautiful")
    assert list(query.reading.corrected) == ["vioolin"]
    assert query.respelled_text == "Three beautiful violin"
    foreign = engine.query("hund -beautifl")
    assert foreign.respelled == {"beautifl": "beautiful"}  # a foreign word is no mistake
    assert foreign.respelled_text == "dog -beautiful"


def test_a_query_of_nothing_else_is_read_as_it_is(engine: Engine) -> None:
    assert engine.query("very happy").only_unmodelled
    assert engine.query("two").only_unmodelled
    assert not engine.query("two dogs").only_unmodelled
    assert not engine.query("dog").only_unmodelled
    assert [term.word for term in engine.query("happy").reading.terms] == ["happy"]


@pytest.mark.parametrize(("words", "text"), [(["two"], "“two”"), (["two", "happy", "cute"], "“two”, “happy” and “cute”")])
def test_words_are_listed_in_quotes(words: list[str], text: str) -> None:
    assert quoted(words) == text


@pytest.mark.parametrize(
    ("text", "singular"),
    [
        ("two dogs", "dog"),
        ("three birds", "bird"),
        ("several cars", "car"),
        ("a pair of shoes", "shoe"),
        ("many flowers", "flower"),
        ("a couple of cats", "cat"),
        ("two red apples", "red apples"),
        ("a very cute cat", "cat"),
    ],
)
def test_counted_and_judged_things_rank_like_any(engine: Engine, text: str, singular: str) -> None:
    counted, one = engine.query(text), engine.query(singular)
    assert engine.ranking(counted).rows.tolist() == engine.ranking(one).rows.tolist()
    assert [term.word for term in counted.reading.terms] == [term.word for term in one.reading.terms]


@pytest.mark.parametrize("text", ["four-poster", "two-piece", "single bed", "two-piece suit"])
def test_a_noun_with_a_number_is_read_as_it_is(engine: Engine, text: str) -> None:
    assert engine.query(text).noun == text
    assert engine.query(text).unmodelled == ()
