"""The words page: similar words, word arithmetic, and the path from one word to another."""

from __future__ import annotations

import pytest

from devise_core.engine import Engine
from tests.app_testing import app, checked, component_data, page_text
from ui.words.word_list import PREJUDICE, shown_words


@pytest.mark.parametrize(
    ("query", "expected"),
    [("qwxzv", "is unknown"), ("🎻", "no word to search for"), ("king -", "A term is missing"), ("violin - violin", "cancel")],
)
@pytest.mark.parametrize("mode", ["near", "sum"])
def test_bad_words_get_a_sentence(query: str, expected: str, mode: str) -> None:
    assert expected in page_text(app("words", q=query, mode=mode)).replace("\\", "")


def test_word_arithmetic() -> None:
    test = app("words", mode="sum", q="king - man + woman")
    assert test.header[0].value == "king − man + woman ≈ queen"
    test.button(key="word-queen").click().run()
    assert checked(test).header[0].value == "Most similar to queen"


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        ("sea", "sea", "mean the same"),
        ("sea", "", "no word to search for"),
        ("qwxzv", "sea", "The word “qwxzv” is unknown"),
        ("<script>sea", "violin", "is not on the app"),
        ("fire truck", "castle", None),
        ("nigeria", "ape", "“nigeria” is not on the app's list of things"),
    ],
)
def test_the_path_between_two_words(a: str, b: str, error: str | None) -> None:
    test = app("words", mode="way", a=a, b=b)
    if error:
        assert error in page_text(test).replace("\\", "")
    else:
        steps = component_data(test, "word_path")[0][0]
        assert (steps[0]["word"], steps[-1]["word"], len(steps)) == (a, b, 7)
        assert "picture" in steps[0]


def test_a_word_without_a_good_picture_has_none() -> None:
    steps = component_data(app("words", mode="way", a="violin", b="dirt"), "word_path")[0][0]
    assert [steps[0]["picture"]["name"], steps[-1]["picture"]] == ["violin", None]


def test_an_invalid_mode_is_replaced_by_the_first() -> None:
    assert app("words", mode="<script>").header[0].value == "Most similar to fish"


def test_an_unknown_end_of_the_path_is_corrected_by_a_button() -> None:
    test = app("words", mode="way", a="tree", b="violinx")
    test.button(key="ends-spell-violinx-violin").click().run()
    checked(test)
    assert (test.query_params["a"], test.query_params["b"]) == ("tree", "violin")
    assert not test.warning


def test_the_heading_has_the_word_that_was_read() -> None:
    assert app("words", q="voilin").header[0].value == "Most similar to violin"


@pytest.mark.parametrize("text", ["girl + woman", "king - queen + king", "wife + husband"])
@pytest.mark.parametrize("mode", ["sum", "near"])
def test_a_sum_with_words_for_people_is_no_answer_about_them(text: str, mode: str) -> None:
    test = app("words", mode=mode, q=text)
    assert PREJUDICE in page_text(test)
    assert not any("≈" in str(header.value) for header in test.header)


def test_other_sums_have_an_answer() -> None:
    test = app("words", mode="sum", q="paris - france + italy")
    assert PREJUDICE not in page_text(test)
    assert "≈ rome" in test.header[0].value
    example = app("words", mode="sum", q="king - man + woman")
    assert PREJUDICE in page_text(example)
    assert "≈ queen" in example.header[0].value


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("bee", {"uh", "hy", "kee"}),  # syllables of pronunciations
        ("umbrella", {"organisation", "nonprofit"}),
        ("love", {"me", "my"}),
    ],
)
def test_words_that_only_stand_beside_a_word_are_not_similar(engine: Engine, text: str, left_out: set[str]) -> None:
    assert left_out <= {hit.word for hit in engine.similar_words(text, k=200)}
    shown = [hit.word for hit in shown_words(engine, engine.query(text), 12)]
    assert shown
    assert left_out.isdisjoint(shown)
