"""The language of queries: what is read as what, where an error points, and sums that can be computed by hand."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.query_parser import GRAMMAR, MAX_CLAUSES, Clause, parse, point
from devise_core.text.query_reader import IMAGE_WEIGHT, read_query
from devise_core.text.vocabulary import MAX_LOOKUPS
from devise_core.vectors import Floats, unit
from tests.fakes import names, text_space

PLAIN = (
    "bird near the water",
    "musical instrument",
    "a t-shirt at 5 o'clock",
    "Violins!",
    "🎻 violin & bow",
    "bird, (water)",
    'a 12" ruler',
    "well-known\u00a0man",
    "dog – cat",
    "C++ code",
    "cat/dog",
    "under_score",
    "3 apples",
    "fast*car",
    "likely: dog",
    "dog " * 200,
)


def read(text: str) -> list[tuple[str, float]]:
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
def test_parse(text: str, terms: list[tuple[str, float]]) -> None:
    assert read(text) == terms
    assert all(text[clause.start : clause.end] == clause.text for clause in parse(text))


@pytest.mark.parametrize(
    ("text", "position", "says"),
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
        ("-saddle", 1, "nothing to look for"),
        ("- a - b", 2, "nothing to look for"),
        ("-like:x", 6, "nothing to look for"),
        (" ".join(["a^2"] * 33), 32 * 4, "at most 32 terms"),
    ],
)
def test_errors_point_at_the_character(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        parse(text)
    assert caught.value.position == position


def test_as_many_terms_as_allowed() -> None:
    assert len(parse(" ".join(["a^2"] * MAX_CLAUSES))) == MAX_CLAUSES


def test_the_grammar_is_read_as_it_says() -> None:
    assert len(GRAMMAR) == 10
    found = {example: read(example) for example, _ in GRAMMAR}
    assert found["water^2 boat"] == found["2*water boat"] == [("water", 2), ("boat", 1)]
    assert found["like:violin -like:cello^0.5"] == [("[violin]", 1), ("[cello]", -0.5)]


def test_whatever_is_typed_is_read_or_refused_in_a_sentence() -> None:
    rng, pieces = (
        random.Random(7),
        (
            "horse",
            "new york",
            "like:",
            "2*",
            "^2",
            "-",
            "+",
            "*",
            "^",
            '"',
            "“",
            "”",
            " ",
            "  ",
            "\n",
            "\u00a0",
            "−",
            "🎻",
            "скрипка",
            "犬",
            "é",
            "ﬁ",
            "½",
            "0",
            ".5",
            "1e9",
            "'",
            ",",
            ":",
            "_",
            "\x00",
            "\u200b",
            "\ud800",
            "nan^inf",
            "<b>",
        ),
    )
    for _ in range(20_000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randrange(12)))
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
def test_point(text: str, position: int, shown: str) -> None:
    assert point(text, position) == shown


def picture(clause: Clause) -> Floats:
    return {"red": np.array([2, 0, 0, 0], np.float32), "blue": np.array([0, 0, 1, 0], np.float32)}[clause.text]


@pytest.mark.parametrize(
    ("text", "sum_"),
    [
        ("dog - mouse", [0.6, -0.2, 0, 0]),
        ("cat + piano^2", [0.8, 0.6, 2, 0]),
        ("2*piano cat", [0.8, 0.6, 2, 0]),
        ("cat piano^0.5 -0.25*mouse", [0.8, 0.35, 0.5, 0]),
        ('"york" - mice', [0, -1, 1, 0]),
        ("like:red + piano", [IMAGE_WEIGHT, 0, 1, 0]),
        ("like:red -like:blue^2", [1, 0, -2, 0]),
        ("like:red", [1, 0, 0, 0]),
        ("the dogs -xyzzyx", [0.6, 0.8, 0, 0]),
    ],
)
def test_the_sum_by_hand(text: str, sum_: list[float]) -> None:
    assert read_query(text, text_space(), picture).vector == pytest.approx(unit(sum_), abs=0.01)


@pytest.mark.parametrize("text", ["dog", "The Dogs", "piano york", "a piano!", "xyzzyx dog", "sea-horse", "dog's new-york"])
def test_without_operators_nothing_changes(text: str) -> None:
    space = text_space()
    assert np.array_equal(read_query(text, space).vector, space.embed(text))


def test_the_reading_tells_shares_spans_and_what_is_left_out() -> None:
    text = "the piano -dogs^2 + like:red + paino"
    reading = read_query(text, text_space(), picture).reading
    assert [(term.word, term.kind, text[term.start : term.end]) for term in reading.terms] == [
        ("the", "words", "the piano"),
        ("piano", "words", "the piano"),
        ("dog", "words", "dogs"),
        ("red", "picture", "red"),
    ]
    assert [term.weight for term in reading.terms[2:]] == [-0.5, 0.25]
    assert reading.terms[0].weight + reading.terms[1].weight == pytest.approx(0.25)
    assert reading.left_out == {"paino": ["piano"]}
    assert reading.as_dict()["terms"][2] == {"word": "dog", "weight": -0.5, "kind": "words", "start": 11, "end": 15}


def test_terms_that_cancel_out() -> None:
    with pytest.raises(QueryError, match="cancel each other out") as caught:
        read_query("dog - dogs", text_space())
    assert caught.value.position == 6


def test_nothing_known_to_look_for() -> None:
    with pytest.raises(UnknownWordError, match="xyzzyx"):
        read_query("xyzzyx -dog", text_space())
    with pytest.raises(QueryError, match="no picture “red” here"):
        read_query("like:red", text_space())


@pytest.mark.parametrize(
    ("word", "form"),
    [("dogcat", "dog cat"), ("pianos", "piano"), ("pia-no", "piano"), ("mo-use", "mouse"), ("catpianos", None), ("zebra", None)],
)
def test_other_forms_of_a_word(word: str, form: str | None) -> None:
    space = text_space()
    reading = read_query(f"{word} + york", space).reading
    assert reading.read_as == ({word: form} if form else {})
    assert (word in reading.left_out) == (form is None)
    if form:
        assert np.array_equal(read_query(word, space).vector, space.embed(form))


def test_of_many_unknown_words_only_the_first_are_mended() -> None:
    words = [f"paino{chr(97 + place)}" for place in range(MAX_LOOKUPS + 2)]
    left_out = read_query(" ".join(["dog", *words]), text_space()).reading.left_out
    assert list(left_out) == words
    assert list(left_out.values()) == [["piano"]] * MAX_LOOKUPS + [[], []]


def test_labels_and_captions_are_no_language() -> None:
    space = text_space()
    for text in ("cat -dog", '"piano', "cat^2", "like:cat"):
        assert space.embed(text) == pytest.approx(space.embed(text.translate(str.maketrans('-"^:', "    "))))


@pytest.mark.artifacts
@pytest.mark.parametrize("text", PLAIN)
def test_operator_free_queries_on_the_real_words(engine: Engine, text: str) -> None:
    assert np.array_equal(engine.embed_text(text), engine.text.embed(text))


@pytest.mark.artifacts
def test_pictures_in_the_sum(engine: Engine) -> None:
    hits = names(engine.search_text("like:violin + fruit", k=40))
    assert {"violin", "cello"} & set(hits[:20])
    assert {"banana", "pear"} & set(hits[:20])
    dog, frog = (engine.collection.embeddings[engine.collection.row(item)] for item in ("dog", "frog"))
    own = {"photo": 3 * dog, "violin": frog}  # any length; a picture of one's own before the collection's
    assert names(engine.search_text("like:photo", k=1, pictures=own)) == ["dog"]
    assert names(engine.search_text("like:violin", k=1, pictures=own)) == ["frog"]
    with pytest.raises(QueryError, match="no picture “viollin” in the collection stamps.*Did you mean violin") as caught:
        engine.read_text("dog + like:viollin")
    assert caught.value.position == 11


@pytest.mark.artifacts
def test_minus_and_weights_move_the_results(engine: Engine) -> None:
    assert names(engine.search_text("violin", k=1)) == ["violin"]
    guitars = "classical guitar"
    place = [
        names(engine.search_text(query, k=384)).index(guitars)
        for query in ("violin + guitar^3", "violin + guitar", "violin -guitar")
    ]
    assert place == sorted(place)
    assert place[0] < place[2]


@pytest.mark.artifacts
def test_words_near_a_sum_and_near_a_term(engine: Engine) -> None:
    assert names(engine.similar_words("king - man + woman", k=1)) == ["queen"]
    reading = engine.read_text("bird + like:violin -snowleopard")
    assert reading.read_as == {"snowleopard": "snow leopard"}
    near = [names(engine.nearest_to_term(term, k=5)) for term in reading.terms]
    assert "birds" in near[0]
    assert "violin" in near[1]
    assert not {"snow", "leopard"} & set(near[2])


@pytest.mark.artifacts
def test_labels_of_ones_own_are_plain_words(engine: Engine) -> None:
    vector = engine.collection.embeddings[engine.collection.row("dog")]
    assert engine.label_embedding(vector, vocabulary=["dog -cat"])[0].cosine == pytest.approx(
        float(engine.text.embed("dog cat") @ vector), abs=1e-6
    )
