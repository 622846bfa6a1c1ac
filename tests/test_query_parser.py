"""The query language: how text is parsed, and where errors point."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from devise_core.errors import QueryError
from devise_core.text.query_parser import GRAMMAR, MAX_CLAUSES, parse
from devise_core.text.query_pointer import point

# fmt: off
PIECES = (
    "horse", "new york", "like:", "2*", "^2", "-", "+", "*", "^",
    '"', "“", "”", " ", "  ", "\n", "\u00a0", "−", "🎻", "скрипка", "犬",
    "é", "ﬁ", "½", "0", ".5", "1e9", "'", ",", ":", "_", "\x00", "\u200b", "\ud800", "nan^inf", "<b>",
)
# fmt: on
"""Parts of words and operators from which random queries are built."""


def read(text: str) -> list[tuple[str, float]]:
    """Return the terms of a query with their weights. The names of images are in brackets."""
    return [(clause.text if clause.kind == "words" else f"[{clause.text}]", clause.weight) for clause in parse(text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("bird near the water", [("bird near the water", 1)]),
        ("  bird  ", [("bird", 1)]),
        ("", []),
        ("🎻 !", []),
        ("t-shirt o'clock rock'n'roll", [("t-shirt o'clock rock'n'roll", 1)]),
        ('"new york" skyline', [("new york", 1), ("skyline", 1)]),
        ("“new york” „san jose“", [("new york", 1), ("san jose", 1)]),
        ('big " new york "', [("big", 1), ("new york", 1)]),
        ('"new york", "san jose"', [("new york", 1), ("san jose", 1)]),
        ("horse -saddle", [("horse", 1), ("saddle", -0.5)]),
        ("horse -saddle brown cow", [("horse", 1), ("saddle", -0.5), ("brown cow", 1)]),
        ('horse -"new york"', [("horse", 1), ("new york", -0.5)]),
        ("horse −saddle", [("horse", 1), ("saddle", -0.5)]),
        ("king - man + woman", [("king", 1), ("man", -1), ("woman", 1)]),
        ("+ horse + cow", [("horse", 1), ("cow", 1)]),
        ("horse - tall tree + cow", [("horse", 1), ("tall tree", -1), ("cow", 1)]),
        ("+cow horse", [("cow", 1), ("horse", 1)]),
        ('horse - "tall tree" leaf + cow', [("horse", 1), ("tall tree", -1), ("leaf", -1), ("cow", 1)]),
        ("horse - bird near water^2", [("horse", 1), ("bird near", -1), ("water", -2)]),
        ("horse - a -b c", [("horse", 1), ("a", -1), ("b", -0.5), ("c", 1)]),
        ("bird near water^2 boat", [("bird near", 1), ("water", 2), ("boat", 1)]),
        ("2*water boat", [("water", 2), ("boat", 1)]),
        ("water*2", [("water", 2)]),
        (".5*water", [("water", 0.5)]),
        ("5 water^.5", [("5", 1), ("water", 0.5)]),
        ("0.01*a b^100", [("a", 0.01), ("b", 100)]),
        ('"new york"^1.5 -0.5*taxi', [("new york", 1.5), ("taxi", -0.5)]),
        ('a -2*"b c"', [("a", 1), ("b c", -2)]),
        ("a - 2*b", [("a", 1), ("b", -2)]),
        ("water^2, boat", [("water", 2), ("boat", 1)]),
        ("water^2.", [("water", 2)]),
        ('"new york"s and more', [("new york", 1), ("s and more", 1)]),
        ('"well"-known', [("well", 1), ("-known", 1)]),
        ("horse -saddle - , cow", [("horse", 1), ("saddle", -0.5), ("cow", -1)]),
        ("like:violin", [("[violin]", 1)]),
        ("Like:a-b.c_1^2 -like:x", [("[a-b.c_1]", 2), ("[x]", -0.5)]),
        ("like:x + sea", [("[x]", 1), ("sea", 1)]),
        ('like:"an id" 3*like:“b ^ c”', [("[an id]", 1), ("[b ^ c]", 3)]),
        ("dislike:x", [("dislike:x", 1)]),
        ('"like:x"', [("like:x", 1)]),
    ],
)
def test_text_is_parsed_into_weighted_terms(text: str, terms: list[tuple[str, float]]) -> None:
    assert read(text) == terms
    assert all(text[clause.start : clause.end] == clause.text for clause in parse(text))


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ('"new york', 0, "not closed"),
        ('dog "new york', 4, "quote at character 5 is not closed"),
        ("dog “", 4, "not closed"),
        ('like:"a b', 5, "not closed"),
        ('dog ""', 4, "no word between the quotes"),
        ('"!?" dog', 0, "no word between the quotes"),
        ("water^", 6, "number from 0.01 to 100"),
        ("water^x", 6, "number"),
        ("water^2x", 6, "number"),
        ("water^2.5.1", 6, "number"),
        ("water^-1", 6, "number"),
        ("water^1,5", 6, "number"),
        ('"new york"*x', 11, "number"),
        ("*water", 0, "weight without a word"),
        ("dog * cat", 4, "weight without a word"),
        ("^2", 0, "weight without a word"),
        ("dog ^2", 4, "weight without a word"),
        ("2**water", 2, "weight without a word"),
        ("water^101", 6, "101 at character 7 is out of range"),
        ("1000*water", 0, "out of range"),
        ("water^0", 6, "out of range"),
        ("dog 0.001*cat", 4, "out of range"),
        ("water^" + "9" * 400, 6, "out of range"),
        ("dog:0.5", 3, r"Did you mean dog\^0\.5\? Write “\^” in place of the colon at character 4\."),
        ("cat -half-moon:2, dog", 14, r"half-moon\^2\?"),
        ("(dog:.5)", 4, r"dog\^\.5\?"),
        ("hund：1.5", 4, r"hund\^1\.5\?"),
        ('red "new york":1.5', 14, r'"new york"\^1\.5\?'),
        ("a" * 80 + ":2", 80, r"a…\^2\?"),
        ("like:", 5, "needs a picture's id"),
        ("like: x", 5, "needs a picture's id"),
        ('like:""', 6, "picture's id"),
        ("dog -like:^2", 10, "picture's id"),
        ("horse - ", 8, "missing at character 9"),
        ("horse -", 7, "missing"),
        ("horse +", 7, "missing"),
        ("dog 5* cat", 6, "missing"),
        ("horse -🎻", 7, "missing"),
        ("horse - 🎻", 9, "missing"),
        ("a + - b", 4, "two operators in a row"),
        ("a - -b", 4, "two operators in a row"),
        ("a --b", 3, "two operators in a row"),
        ("a + + b", 4, "two operators in a row"),
        ("2*-a", 2, "two operators in a row"),
        ("2*3*a", 2, "two operators in a row"),
        ("2*a^3", 3, "two operators in a row"),
        ("a^2^3", 3, "two operators in a row"),
        ("-saddle", 1, "only has terms with a minus"),
        ("- a - b", 2, "only has terms with a minus"),
        ("-like:x", 6, "only has terms with a minus"),
        (" ".join(["a^2"] * 33), 32 * 4, "at most 32 terms"),
    ],
)
def test_errors_point_to_the_character(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        *("12:30", "16:9 screen", "re:zero", "apollo:13", "http://a.org:8080/x:1", "https://x.org", "localhost:80", "dog:5km"),
        *("dog:1.2.3", "dog: 2", "dog :2", ":2", "dog:0", '"dog:0.5"', "like:dog:0.5"),
    ],
)
def test_a_colon_that_is_no_weight_is_part_of_the_text(text: str) -> None:
    assert [clause.weight for clause in parse(text)] == [1]


def test_the_highest_number_of_terms_is_parsed() -> None:
    assert len(parse(" ".join(["a^2"] * MAX_CLAUSES))) == MAX_CLAUSES


def test_the_examples_of_the_grammar_are_parsed() -> None:
    assert len(GRAMMAR) == 10
    terms = {example: read(example) for example, _ in GRAMMAR}
    assert terms["water^2 boat"] == terms["2*water boat"] == [("water", 2), ("boat", 1)]
    assert terms["like:violin -like:cello^0.5"] == [("[violin]", 1), ("[cello]", -0.5)]


def test_any_text_is_parsed_or_refused_with_a_position() -> None:
    rng = random.Random(7)
    for _ in range(20_000):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randrange(12)))
        try:
            clauses = parse(text)
        except QueryError as error:
            assert error.position is not None
            assert 0 <= error.position <= len(text)
            assert point(text, error.position).endswith("^")
        else:
            assert all(
                0 <= clause.start < clause.end <= len(text) and text[clause.start : clause.end] == clause.text for clause in clauses
            )
            assert all(0.01 <= abs(clause.weight) <= 100 for clause in clauses)
            assert all(before.end <= after.start for before, after in pairwise(clauses))
            assert not clauses or max(clause.weight for clause in clauses) > 0


@pytest.mark.parametrize(
    ("text", "position", "shown"),
    [
        ("horse - ", 8, "horse - \n        ^"),
        ("a\n^", 2, "a ^\n  ^"),
        ("犬 ^", 2, "犬 ^\n   ^"),
        ("e\u0301 ^", 3, "e\u0301 ^\n  ^"),
        ("x" * 200, 100, "…" + "x" * 28 + "…\n" + " " * 15 + "^"),
    ],
)
def test_point_marks_the_position(text: str, position: int, shown: str) -> None:
    assert point(text, position) == shown
