"""Typing errors in short words that are in the vocabulary of the word vectors, because the authors of its texts made them too."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import QueryError
from devise_core.text.short_typos import short_correction
from tests.app_testing import app, page_text, query_of
from tests.fakes import word_vectors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("teh dog", "the dog"),
        ("hte cat", "the cat"),
        ("blak cat", "black cat"),
        ("hosre", "horse"),
        ("a big hous", "a big house"),
        ("thier dog", "their dog"),  # "tier" is a noun, but "their" is 400 times as frequent
        ("Elephent + TEH dog", "elephant + the dog"),
    ],
)
def test_a_typing_error_is_corrected(engine: Engine, text: str, expected: str) -> None:
    assert engine.query(text).respelled_text == expected


def test_quotes_keep_the_words_as_they_are_written(engine: Engine) -> None:
    assert engine.query('"teh dog"').respelled_text == '"teh dog"'


@pytest.mark.parametrize("text", ["rae", "aws", "otto", "nike", "kat", "wry", "tow", "untied", "cyan", "gnu", "emu", "roc", "hund"])
def test_a_rare_word_or_name_that_looks_like_an_error_is_kept(engine: Engine, text: str) -> None:
    assert short_correction(text, word_vectors(engine).words) is None


def test_no_noun_is_changed(engine: Engine) -> None:
    nouns = [noun for noun in word_vectors(engine).nouns.nouns if len(noun) in (3, 4) and noun.isalpha()]
    chosen = [nouns[row] for row in np.random.default_rng(7).permutation(len(nouns))[:200]]
    changed = []
    for noun in chosen:
        try:
            changed += [noun] if noun in engine.read_text(noun).corrected else []
        except QueryError:  # such as "lot", which names nothing to look for
            continue
    assert len(chosen) == 200
    assert changed == []


def test_an_error_is_corrected_only_to_a_word_that_may_be_offered(engine: Engine) -> None:
    vocabulary = engine.vocabulary
    assert vocabulary is not None
    assert vocabulary.corrections(["teh", "blak", "xx", "a1b"]) == {"teh": "the", "blak": "black"}
    assert vocabulary.rare_words(["teh", "dog", "blak", "recieve"]) == ["teh", "blak", "recieve"]


def test_a_page_shows_the_corrected_query_and_the_way_back() -> None:
    page = app("text_search", q="blak cat", collection="photos")
    assert "Showing results for **black cat**" in page_text(page)
    page.button(key="q-literal").click().run()
    assert query_of(page) == '"blak" cat'
    assert "Showing results for" not in page_text(page)


@pytest.mark.parametrize("name", ["home", "text_search", "words"])
def test_a_page_says_of_the_corrected_word_that_nothing_matches(name: str) -> None:
    text = page_text(app(name, q="elephent", collection="photos")).replace("\\", "")
    assert "“elephant”" in text
    assert "matches “elephent”" not in text
    assert "clearly shows “elephent”" not in text
