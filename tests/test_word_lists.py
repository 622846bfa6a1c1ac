"""Lists of similar words: what is left out of a list about people, and the warning that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core import Engine
from devise_core.bundle.occupation_words import NEVER, occupation_words, write_occupation_words
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.text.occupation_words import is_occupation
from devise_core.text.tokens import tokens
from tests.app_testing import app, page_text
from ui.words.sums import words_of_sum
from ui.words.word_list import PREJUDICE, needs_warning, shown_words

KINDS_OF_PEOPLE = tokens(
    "perky sassy skinny petite bombshell blonde redhead brunette tomboy stunner groupie bimbo spinster courtesan loner girl woman man "
    "men women pregnant wounded killed dead colored coloured ponytail kitten duckling"
)


@pytest.mark.parametrize("word", ["blonde", "bombshell", "housewife", "nurse", "soldier", "black", "blonde hair", "beautiful"])
def test_words_that_judge_people_are_left_out(photos: Engine, word: str) -> None:
    shown = {hit.word for hit in shown_words(photos, photos.query(word), 24)}
    assert shown
    assert shown.isdisjoint(KINDS_OF_PEOPLE)


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("nurse", "doctor"),
        ("soldier", "sergeant"),
        ("king", "queen"),
        ("drugs", "cocaine"),
        ("castle", "palace"),
        ("black", "white"),
    ],
)
def test_other_words_stay(photos: Engine, word: str, kept: str) -> None:
    assert kept in {hit.word for hit in shown_words(photos, photos.query(word), 24)}


@pytest.mark.parametrize(
    ("word", "warned"),
    [
        ("blonde", True),
        ("nurse", True),
        ("soldier", True),
        ("hair", True),
        ("beautiful", True),
        ("woman", True),
        ("muslim", True),
        ("criminal", True),
        ("castle", False),
        ("violin", False),
        *((thing, False) for thing in ("tiger", "lion", "unicorn", "sword", "book", "fire", "pyramid")),
    ],
)
def test_a_list_about_people_has_a_warning(photos: Engine, word: str, warned: bool) -> None:
    query = photos.query(word)
    assert needs_warning(photos, words_of_sum(query), shown_words(photos, query, 24)) is warned


@pytest.mark.parametrize(("word", "warned"), [("nurse", True), ("soldier", True), ("violin", False)])
@pytest.mark.parametrize("page", ["words", "text_search"])
def test_pages_show_the_warning(page: str, word: str, warned: bool) -> None:
    assert (PREJUDICE in page_text(app(page, q=word))) is warned


@pytest.mark.parametrize(("item", "warned"), [("guitar-electric-bass", True), ("violin", False)])
def test_words_near_a_picture_have_the_warning(item: str, warned: bool) -> None:
    text = page_text(app("labels", item=item, vocabulary="All words"))
    assert "Words close in meaning" in text
    assert (PREJUDICE in text) is warned


def test_the_help_of_a_query_has_no_words_near_people() -> None:
    test = app("text_search", q="blonde + violin")
    help_text = next(element.help for element in test.markdown if "How much each part counts" in str(element.value))
    assert "**violin**" in help_text
    assert "**blonde**" not in help_text


def test_occupations_are_no_kinds_of_people() -> None:
    assert all(map(is_occupation, ("nurse", "doctors", "policemen", "teacher", "president")))
    assert not any(map(is_occupation, ("bombshell", "housewife", "tomboy", "stunner", "courtesan", "spinster", "castle")))


def test_words_that_judge_somebody_are_not_written_as_occupations(tmp_path: Path) -> None:
    names = {1: "worker", 2: "person", 3: "nurse", 4: "bombshell", 5: "smith"}
    parents = {3: (1,), 4: (1,), 5: (1,)}
    synsets = {offset: Synset(offset, (name,), parents.get(offset, ()), offset == 5) for offset, name in names.items()}
    senses: dict[str, tuple[int, ...]] = {name: (offset,) for offset, name in names.items()}
    senses |= {"wet-nurse": (3,), "professional": (2,), "entertainer": (2,)}
    assert "bombshell" in NEVER
    words = list(occupation_words(Nouns(synsets, senses)))
    assert "nurse" in words
    assert not {"bombshell", "smith", "wet-nurse"} & set(words)
    assert write_occupation_words(["nurse", "child"], {"child": ["children"]}, tmp_path / "words.txt") == 3
