"""A word without a known meaning gets a sentence and suggestions but no pictures. So does a query that no picture is like."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.search.ranking import Ranking
from devise_core.verbs.evidence import Evidence
from devise_core.verbs.matches import CLOSEST, Matches
from tests.app_testing import app, component_data, page_text, tiles
from ui.home.answer import answer_to_text
from ui.sharing.card_routes import _content
from ui.views import read_view

RARE, UNKNOWN = "zzzz", "asdfgh"


def matches(cosines: list[float], good: list[bool], best: float = 0.3, words: tuple[str, ...] = ()) -> Matches:
    evidence = Evidence(any(good), np.array(good), best=best)
    return Matches(Ranking.of(np.array(cosines, np.float32)), 0.4, evidence, chance=0.3, rare_words=words)


def test_an_unsure_match_is_shown_only_if_it_is_more_similar_than_chance() -> None:
    unsure = matches([0.5, 0.2, 0.35], [True, True, False])
    assert (unsure.absent, unsure.strong().rows.tolist(), unsure.closest.rows.tolist()) == (False, [0], [0, 2])
    unlike = matches([0.2, 0.1], [True, True])
    assert (unlike.absent, unlike.strong().rows.tolist(), unlike.closest.rows.tolist()) == (True, [], [])
    sure = matches([0.2, 0.1], [True, False], best=0.9)
    assert (sure.absent, sure.strong().rows.tolist()) == (False, [0]), "what the app is sure of is shown, however unlike it is"


def test_the_closest_pictures_are_few_and_more_similar_than_chance() -> None:
    absent = matches([0.5, *[0.35] * 20, 0.2], [False] * 22)
    assert len(absent.closest) == CLOSEST
    assert matches([0.35, 0.2], [False] * 2).closest.rows.tolist() == [0]


def test_a_rare_word_is_unknown_only_if_nothing_is_similar_to_it() -> None:
    assert matches([0.2], [True], words=("zzzz",)).unknown
    assert not matches([0.35], [False], words=("meowing",)).unknown
    assert not matches([0.2], [True], best=0.9, words=("moggy",)).unknown
    assert not matches([0.2], [False]).unknown


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_a_meaningless_word_has_no_matches(engine: Engine, collection: str) -> None:
    on = engine.on(collection)
    assert [on.matches(on.query(word)).unknown for word in (RARE, "asdf", "ffff", f"a {RARE}")] == [True] * 4
    known = ("dog", "church", "xylophone", "brouhaha", "snowboarding", "blue")
    assert [word for word in known if on.matches(on.query(word)).unknown] == []
    assert len(on.matches(on.query("brouhaha")).closest) == 0


@pytest.mark.parametrize("text", [RARE, UNKNOWN])
def test_home_shows_no_pictures_for_a_word_without_a_meaning(engine: Engine, text: str) -> None:
    answer = answer_to_text(engine, text)
    assert answer["tiles"] == []
    assert f"“{text}”" in answer["status"]
    assert "pictures" not in answer["status"]
    assert answer["captioned"] == []


@pytest.mark.parametrize("page", ["home", "text_search", "explorer", "words"])
@pytest.mark.parametrize("text", [RARE, UNKNOWN])
def test_a_page_says_that_it_does_not_know_the_word(page: str, text: str) -> None:
    shown = app(page, q=text, collection="photos")
    sentences = page_text(shown)
    assert f"“{text}”" in sentences
    assert "does not know" in sentences or "unknown" in sentences
    assert tiles(shown) == []
    assert "Similar words" not in sentences
    assert "Closest" not in sentences
    assert [button.key for button in shown.button if str(button.key).startswith("word-")] == []


def test_a_path_needs_words_with_a_meaning() -> None:
    page = app("words", mode="way", a=RARE, b="dog")
    assert f"“{RARE}” is unknown" in page_text(page)
    assert component_data(page, "word_path") == []


def test_a_card_of_a_meaningless_word_has_no_pictures(engine: Engine) -> None:
    assert _content(engine, read_view("text_search", {"q": RARE}))[2] == []
