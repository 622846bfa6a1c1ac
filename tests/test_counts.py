"""Count words are left out of a query, and of everything that reads it."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.text.counts import without_counts
from devise_core.text.query_reader import read_query
from tests.fakes import text_space

NOUNS = {"four-poster", "six pack", "one-way street"}


@pytest.mark.parametrize(
    ("text", "rest", "counts"),
    [
        ("two dogs", "dogs", ["two"]),
        ("a couple of cats", "cats", ["a couple of"]),
        ("a pair of red shoes", "red shoes", ["a pair of"]),
        ("a couple", "a couple", []),
        ("several of the cars", "the cars", ["several of"]),
        ("two dogs and three cats", "dogs and cats", ["two", "three"]),
        ("a dozen eggs", "eggs", ["a dozen"]),
        ("12 chairs", "chairs", ["12"]),
        ("boeing 747", "boeing 747", []),
        ("apollo 11", "apollo 11", []),
        ("several", "several", []),
        ("two or three", "two or three", []),
        ("a four poster bed", "a four poster bed", []),
        ("six pack of beer", "six pack of beer", []),
        ("one way street at night", "one way street at night", []),
        ("dog", "dog", []),
    ],
)
def test_count_words_are_taken_out_of_a_phrase(text: str, rest: str, counts: list[str]) -> None:
    assert without_counts(text.split(), NOUNS.__contains__) == (rest.split(), counts)


def test_the_query_is_read_without_counts() -> None:
    query = read_query("Two dogs", text_space())
    assert query.noun == "dog"
    assert query.vector.tolist() == read_query("dog", text_space()).vector.tolist()
    assert query.clauses[0].counts == ["two"]


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
    ],
)
def test_counted_things_rank_like_one(engine: Engine, text: str, singular: str) -> None:
    counted, one = engine.query(text), engine.query(singular)
    assert engine.ranking(counted).rows.tolist() == engine.ranking(one).rows.tolist()
    assert [term.word for term in counted.reading.terms] == [term.word for term in one.reading.terms]


@pytest.mark.parametrize("text", ["four-poster", "two-piece", "single bed", "two-piece suit"])
def test_a_noun_with_a_number_is_read_as_it_is(engine: Engine, text: str) -> None:
    assert engine.query(text).noun == text
