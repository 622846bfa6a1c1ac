"""The headings of *Labels* and *Image search* say how sure the app is, and their lists are in the order that they state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from tests.app_testing import app, checked, component_data, page_text
from ui.picture.similar_images import LEAST_SIMILAR


def bars(test: Any) -> list[str]:
    return [bar.proto.text for bar in test.get("progress")]


def shown(words: list[tuple[str, float]], score: float = 1.0) -> AppTest:
    def script(words: list[tuple[str, float]], score: float) -> None:
        from devise_core.datatypes import WordHit
        from devise_core.search.naming import Names
        from ui.picture.names import show_names

        show_names(Names(tuple(WordHit(word, 0.5, score) for word, _ in words), (), (), tuple(share for _, share in words)))

    return AppTest.from_function(script, default_timeout=60, kwargs={"words": words, "score": score}).run()


def test_an_unsure_name_is_called_so() -> None:
    test = shown([("farm", 0.001), ("valley", 0.03), ("lake", 0.002)])
    assert test.header[0].value == "Not sure. Perhaps valley or farm"
    assert bars(test) == ["farm  ·  not sure  ·  below 1%", "valley  ·  not sure  ·  3%"]
    assert shown([("cat", 0.18)], score=1.4).header[0].value == "Best name: cat"
    assert bars(shown([("cat", 0.18), ("dog", 0.02)], score=1.4)) == ["dog  ·  not sure  ·  2%"]
    assert "cat  ·  maybe" in [each.value for each in shown([("cat", 0.18)], score=1.4).markdown], "without its low percentage"
    assert shown([("hammer", 0.3)]).header[0].value == "Best name: hammer"
    assert shown([("farm", 0.1), ("person", 0.9)]).header[0].value == "Probably person. Another guess is farm"
    assert bars(shown([("farm", 0.1), ("person", 0.9)])) == ["person  ·  probably  ·  90%", "farm  ·  not sure  ·  10%"]
    assert bars(shown([])) == []


def test_the_word_of_the_heading_is_first_and_the_others_are_introduced() -> None:
    test = shown([("hammer", 0.42), ("saw", 0.2), ("tool", 0.51)])
    assert test.header[0].value == "Best name: hammer"
    assert [bar.split(" ")[0] for bar in bars(test)] == ["hammer", "tool", "saw"]
    assert "Other words that may fit, and how likely each is. A general word" in page_text(test)
    assert "Other words" not in page_text(shown([("hammer", 0.42)]))


def test_no_similarity_is_minus_zero() -> None:
    def script() -> None:
        from devise_core.datatypes import WordHit
        from ui.picture.names import show_fitting_words

        show_fitting_words([WordHit("hammer", -0.001, 0.0)], 0.1)

    test = AppTest.from_function(script, default_timeout=60).run()
    assert test.header[0].value == "Not sure"
    assert "not sure that any of these words fits" in page_text(test)
    assert bars(test) == []


def test_only_a_likely_word_is_called_a_guess() -> None:
    def script(scores: list[float]) -> None:
        from devise_core.datatypes import WordHit
        from ui.picture.names import show_fitting_words

        show_fitting_words([WordHit(f"word{number}", 0.1, score) for number, score in enumerate(scores)], 0.4)

    def page(*scores: float) -> AppTest:
        return AppTest.from_function(script, default_timeout=60, kwargs={"scores": list(scores)}).run()

    assert page(0.5, -0.1).header[0].value == "Best name: word0"
    assert "These words do not fit: word1" in page_text(page(0.5, -0.1))
    assert page(0.3, -0.1).header[0].value == "Not sure. The best guess is word0"
    assert "These words fit even less: word1" in page_text(page(0.3, -0.1))
    assert page(0.1, -0.1).header[0].value == "Not sure"
    assert bars(page(0.1, -0.1)) == ["word0  ·  hardly fits  ·  score 0.10"]
    assert page().header[0].value == "Not sure"
    assert [bar.split("  ·  ")[1] for bar in bars(page(0.9, 0.5, 0.4, 0.2, 0.1))] == [
        "fits",
        "fits",
        *["may fit"] * 2,
        "hardly fits",
    ]


@pytest.mark.artifacts
def test_all_words_are_guesses() -> None:
    test = app("labels", item="violin", collection="stamps", vocabulary="All words")
    assert test.header[0].value == "Words close in meaning"
    assert "These words are guesses." in page_text(test)
    assert "Best name" not in page_text(test)


@pytest.mark.artifacts
def test_a_list_without_a_near_word_is_not_sure() -> None:
    parameters = {"item": "tiger", "collection": "stamps", "vocabulary": "Your words"}
    assert app("labels", labels="airport, lettuce", **parameters).header[0].value == "Not sure"
    assert app("labels", labels="animal, vehicle", **parameters).header[0].value == "Best name: animal"


@pytest.mark.artifacts
@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_pictures_that_are_little_similar_are_weak(collection: str, engine: Engine) -> None:
    of = engine.on(collection)
    embeddings = of.collection.embeddings
    nearest = embeddings @ embeddings.T - 2 * np.eye(len(embeddings))
    alone, among = int(nearest.max(axis=1).argmin()), int(nearest.max(axis=1).argmax())
    test = app("image_search", item=of.collection.items[alone].id, collection=collection)
    assert "No picture here is clearly similar in meaning." in page_text(test)
    assert all(tile.get("weak") for tile in meaning(test))
    other = app("image_search", item=of.collection.items[among].id, collection=collection)
    assert "clearly similar" not in page_text(other)
    for by, grid in zip(LEAST_SIMILAR, component_data(other, "tiles"), strict=True):
        assert [bool(tile.get("weak")) for tile in grid[0]] == [tile["cosine"] < LEAST_SIMILAR[by] for tile in grid[0]]


def meaning(test: AppTest) -> list[dict[str, Any]]:
    grids = component_data(checked(test), "tiles")
    return list(grids[0][0])


@pytest.mark.artifacts
def test_an_unknown_word_of_a_list_is_left_out() -> None:
    parameters = {"item": "tiger", "collection": "stamps", "vocabulary": "Your words"}
    test = app("labels", labels="animal, xqzvw, vehicle, !!", **parameters)
    assert test.header[0].value == "Best name: animal"
    assert bars(test)[0].startswith("animal")
    assert "These words do not fit: vehicle" in page_text(test)
    assert "Left out. The word “xqzvw” is unknown" in page_text(test)
    assert "Left out. There is no word to search for" in page_text(test)
    assert "The word “xqzvw” is unknown" in page_text(app("labels", labels="xqzvw", **parameters))


@pytest.mark.artifacts
@pytest.mark.parametrize(
    ("item", "heading"),
    [
        ("mountain-ridge", "Best name: landscape"),
        ("hammer1", "Best name: tool"),
        ("fish15", "Best name: animal"),
        ("windmill5", "Best name: building"),
        ("cat", "Best name: animal"),
    ],
)
def test_the_list_that_is_offered_fits_the_samples(item: str, heading: str) -> None:
    test = app("labels", item=item, collection="photos", vocabulary="Your words")
    assert test.header[0].value.startswith(heading)
    assert bars(test)


def test_an_unsure_name_is_given_with_a_likelier_one() -> None:
    assert shown([("tower", 0.12), ("building", 0.4)]).header[0].value == "Not sure. Perhaps building or tower"
    assert shown([("tower", 0.12), ("building", 0.2)]).header[0].value == "Not sure. The best guess is tower"
    assert shown([("tower", 0.004), ("building", 0.03)]).header[0].value == "Not sure. Perhaps building or tower"
    assert shown([("tower", 0.004), ("building", 0.009)]).header[0].value == "Not sure. The best guess is tower"
    assert shown([("tower", 0.3), ("building", 0.7)]).header[0].value == "Probably building. Another guess is tower"
