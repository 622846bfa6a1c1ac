"""A page reads a query once, however many of its parts use it."""

from __future__ import annotations

import pytest

from devise_core.text.query import Query
from devise_core.text.query_reader import read_query
from devise_core.verbs import base
from tests.app_testing import app, checked

QUERY = "violin -cello"


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were read, in order."""
    texts: list[str] = []

    def counted(text: str, *options: object) -> Query:
        texts.append(text)
        return read_query(text, *options)  # type: ignore[arg-type]

    monkeypatch.setattr(base, "read_query", counted)
    return texts


@pytest.mark.parametrize(
    ("page", "parameters"),
    [
        ("home", {}),
        ("text_search", {}),
        ("text_search", {"open": "violin"}),
        ("explorer", {}),
        ("words", {}),
        ("words", {"mode": "sum"}),
    ],
)
def test_query_of_a_page_is_read_once(texts: list[str], page: str, parameters: dict[str, str]) -> None:
    test = app(page, q=QUERY, **parameters)
    assert not test.error
    assert texts.count(QUERY) == 1
    checked(test.run())
    assert texts.count(QUERY) == 1, "the session keeps its last query"


def test_picture_with_words_and_the_words_alone_are_each_read_once(texts: list[str]) -> None:
    assert not app("image_search", q="sea").error
    assert [text for text in texts if "sea" in text] == ["like:picture + sea", "sea"]
