"""What is offered unasked says nothing about people's origin, religion, ideology or sexuality, and judges nobody."""

from __future__ import annotations

import pytest

from devise_core import Engine
from devise_core.text.completion import is_form_of
from devise_core.text.offered_words import UNOFFERED_WORDS, may_offer
from devise_core.text.sensitive_words import is_sensitive


@pytest.mark.parametrize("typed", ["sex", "naz", "jew", "zio", "het", "afri", "basq", "commun", "ug", "antis"])
def test_no_suggestion_is_about_groups_of_people(engine: Engine, typed: str) -> None:
    blocked = ("sexist", "sexism", "sexagenarian", "nazification", "jewry", "zionism", "heterosexuality", "africanized", "basque")
    offered = {word for _, word in engine.suggest(typed, 20)}
    assert offered.isdisjoint((*blocked, "communism", "communists", "ugly", "antisemitism"))
    assert not [word for word in offered if not may_offer(word)]


def test_animals_and_things_are_still_offered(engine: Engine) -> None:
    assert engine.suggest("gor", 8)[0][1] == "gorilla"
    for typed, word in (("jewe", "jewelry"), ("sexta", "sextant"), ("assi", "assistant"), ("siberian h", "siberian husky")):
        assert word in [each for _, each in engine.suggest(typed, 20)]


def test_a_word_for_people_is_not_continued_as_an_animal(photos: Engine) -> None:
    assert not [word for _, word in photos.suggest("african", 20) if "african" in word]
    assert "african elephant" in [word for _, word in photos.suggest("african ele", 20)]


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("old lady", "ladyfingers"),
        ("black people", "peoplesoft"),
        ("happy child", "childbirth"),
        ("people", "peoplesoft"),
        ("a cat", "cathedral"),
        ("dog on", "onion"),
    ],
)
def test_a_whole_word_is_not_continued_as_another(photos: Engine, typed: str, other: str) -> None:
    last = typed.rsplit(maxsplit=1)[-1]
    assert other in [word for _, word in photos.suggest(f"{other[:-1]}", 20)]
    assert not [word for _, word in photos.suggest(typed, 20) if not is_form_of(word, last)]


def test_a_whole_word_is_continued_as_its_plural_and_in_other_nouns(photos: Engine) -> None:
    assert "trees" in [word for _, word in photos.suggest("green tree", 20)]
    assert {"red carpet", "sports car", "car wheel"} <= {word for _, word in photos.suggest("red car", 20)}
    assert not [word for _, word in photos.suggest("red car", 20) if word in ("card", "carbon", "cargo")]
    assert "golden retriever" in [word for _, word in photos.suggest("golden ret", 20)]
    assert (0, "musical instrument") in photos.suggest("musical in", 20)


def test_a_word_that_is_not_offered_can_be_searched(engine: Engine) -> None:
    for word in ("sexism", "zionism", "basque"):
        assert engine.query(word).noun == word


def test_no_spelling_is_about_groups_of_people(engine: Engine) -> None:
    assert engine.vocabulary is not None
    offered = [word for words in engine.vocabulary.spellings(["sexizm", "zionizm", "bigott", "hethen"]).values() for word in words]
    assert offered
    assert not [word for word in offered if not may_offer(word)]


def test_the_reviewed_list_has_what_other_lists_lack() -> None:
    words = [word for line in UNOFFERED_WORDS.read_text("utf-8").splitlines() if not line.startswith("#") for word in line.split()]
    assert len(words) > 500
    assert not [word for word in words if may_offer(word)]
    assert sum(is_sensitive(word) for word in words) < len(words) / 10
