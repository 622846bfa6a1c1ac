"""Queries as vectors: sums that can be computed by hand, and sums over the bundled words and images."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import IMAGE_WEIGHT, read_query
from devise_core.text.vocabulary import MAX_LOOKUPS
from devise_core.vectors import Floats, unit
from tests.fakes import names, text_space

WITHOUT_OPERATORS = (
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


def image_vector(clause: Clause) -> Floats:
    """Return the vector of the image that a clause names."""
    return {"red": np.array([2, 0, 0, 0], np.float32), "blue": np.array([0, 0, 1, 0], np.float32)}[clause.text]


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_weighted_sums_by_hand(text: str, expected: list[float]) -> None:
    assert read_query(text, text_space(), image_vector).vector == pytest.approx(unit(expected), abs=0.01)


@pytest.mark.parametrize("text", ["dog", "The Dogs", "piano york", "a piano!", "xyzzyx dog", "sea-horse", "dog's new-york"])
def test_a_query_without_operators_is_embedded_as_text(text: str) -> None:
    space = text_space()
    assert np.array_equal(read_query(text, space).vector, space.embed(text))


def test_the_reading_has_shares_positions_and_ignored_words() -> None:
    text = "the piano -dogs^2 + like:red + piaxox"
    reading = read_query(text, text_space(), image_vector).reading
    assert [(term.word, term.kind, text[term.start : term.end]) for term in reading.terms] == [
        ("the", "words", "the piano"),
        ("piano", "words", "the piano"),
        ("dog", "words", "dogs"),
        ("red", "picture", "red"),
    ]
    assert [term.weight for term in reading.terms[2:]] == [-0.5, 0.25]
    assert reading.terms[0].weight + reading.terms[1].weight == pytest.approx(0.25)
    assert reading.left_out == {"piaxox": ["piano"]}
    assert reading.as_dict()["terms"][2] == {"word": "dog", "weight": -0.5, "kind": "words", "start": 11, "end": 15}


def test_terms_that_cancel_out_are_refused() -> None:
    with pytest.raises(QueryError, match="cancel each other out") as caught:
        read_query("dog - dogs", text_space())
    assert caught.value.position == 6


def test_a_query_without_a_known_term_is_refused() -> None:
    with pytest.raises(UnknownWordError, match="xyzzyx"):
        read_query("xyzzyx -dog", text_space())
    with pytest.raises(QueryError, match="no picture “red” here"):
        read_query("like:red", text_space())


@pytest.mark.parametrize(
    ("word", "form"),
    [("dogcat", "dog cat"), ("pianos", "piano"), ("pia-no", "piano"), ("mo-use", "mouse"), ("catpianos", None), ("zebra", None)],
)
def test_unknown_words_are_read_as_other_forms(word: str, form: str | None) -> None:
    space = text_space()
    reading = read_query(f"{word} + york", space).reading
    assert reading.read_as == ({word: form} if form else {})
    assert (word in reading.left_out) == (form is None)
    if form:
        assert np.array_equal(read_query(word, space).vector, space.embed(form))


def test_spellings_are_suggested_for_the_first_unknown_words_only() -> None:
    words = [f"paino{chr(97 + number)}" for number in range(MAX_LOOKUPS + 2)]
    left_out = read_query(" ".join(["dog", *words]), text_space()).reading.left_out
    assert list(left_out) == words
    assert list(left_out.values()) == [["piano"]] * MAX_LOOKUPS + [[], []]


def test_operators_have_no_meaning_in_labels_and_captions() -> None:
    space = text_space()
    for text in ("cat -dog", '"piano', "cat^2", "like:cat"):
        assert space.embed(text) == pytest.approx(space.embed(text.translate(str.maketrans('-"^:', "    "))))


@pytest.mark.artifacts
@pytest.mark.parametrize("text", WITHOUT_OPERATORS)
def test_queries_without_operators_on_the_bundled_words(engine: Engine, text: str) -> None:
    assert np.array_equal(engine.embed_text(text), engine.text.embed(text))


@pytest.mark.artifacts
def test_images_in_a_sum(engine: Engine) -> None:
    hits = names(engine.search_text("like:violin + fruit", k=40))
    assert {"violin", "cello"} & set(hits[:20])
    assert {"banana", "pear"} & set(hits[:20])
    dog, frog = (engine.collection.embeddings[engine.collection.row(item)] for item in ("dog", "frog"))
    uploads = {"photo": 3 * dog, "violin": frog}  # vectors of any length; an upload comes before an image of the collection
    assert names(engine.search_text("like:photo", k=1, pictures=uploads)) == ["dog"]
    assert names(engine.search_text("like:violin", k=1, pictures=uploads)) == ["frog"]
    with pytest.raises(QueryError, match="no picture “viollin” in the collection stamps.*Did you mean violin") as caught:
        engine.read_text("dog + like:viollin")
    assert caught.value.position == 11


@pytest.mark.artifacts
def test_weights_move_the_results(engine: Engine) -> None:
    assert names(engine.search_text("violin", k=1)) == ["violin"]
    positions = [
        names(engine.search_text(query, k=384)).index("classical guitar")
        for query in ("violin + guitar^3", "violin + guitar", "violin -guitar")
    ]
    assert positions == sorted(positions)
    assert positions[0] < positions[2]


@pytest.mark.artifacts
def test_words_nearest_to_a_sum_and_to_each_term(engine: Engine) -> None:
    assert names(engine.similar_words("king - man + woman", k=1)) == ["queen"]
    reading = engine.read_text("bird + like:violin -snowleopard")
    assert reading.read_as == {"snowleopard": "snow leopard"}
    nearest = [names(engine.nearest_to_term(term, k=5)) for term in reading.terms]
    assert "birds" in nearest[0]
    assert "violin" in nearest[1]
    assert not {"snow", "leopard"} & set(nearest[2])


@pytest.mark.artifacts
def test_operators_have_no_meaning_in_custom_labels(engine: Engine) -> None:
    vector = engine.collection.embeddings[engine.collection.row("dog")]
    assert engine.label_embedding(vector, vocabulary=["dog -cat"])[0].cosine == pytest.approx(
        float(engine.text.embed("dog cat") @ vector), abs=1e-6
    )
