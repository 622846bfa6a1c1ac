"""What Home shows for a text: on the page, while a visitor types, and on the small map."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from devise_core import Engine
from tests.app_testing import app, checked, component_data
from ui.home.answer import COUNT, answer, answer_to_text, example_answer
from ui.home.map_preview import CELLS, preview_rows
from ui.home.while_typing import answer_while_typing
from ui.server.rate_limit import PASSES


def names(shown: dict[str, object]) -> list[str]:
    tiles = shown["tiles"]
    assert isinstance(tiles, list)
    return [tile["name"] for tile in tiles]


@pytest.mark.parametrize("query", ["violin", "fruit -apple", "something to eat"])
def test_what_is_typed_and_what_is_submitted_get_the_same_answer(engine: Engine, query: str) -> None:
    assert answer_while_typing(engine, query) == answer_to_text(engine, query) == answer(engine, engine.query(query))


def test_a_sentence_about_the_results_has_no_spelling_mistakes(photos: Engine) -> None:
    shown = answer(photos, photos.query("three beautifl dinosuar"))
    assert "“three beautiful dinosaur”" in shown["status"]
    assert [note for note in shown["notes"] if "beautiful" in note] == [
        "The app cannot recognise “three” and “beautiful” in pictures, so the search ignores them. It uses the rest of your query."
    ]


def test_good_matches_come_first_and_are_counted(engine: Engine) -> None:
    shown = answer(engine, engine.query("bird"))
    strong = len(engine.matches(engine.query("bird")).strong())
    assert shown["status"].startswith(f"{strong} of {len(engine.collection)} pictures match well")
    assert len(shown["tiles"]) == COUNT
    assert ["weak" in tile for tile in shown["tiles"]] == [place >= strong for place in range(COUNT)]


def test_pictures_that_may_match_follow_the_good_ones_and_are_counted(photos: Engine) -> None:
    shown = answer(photos, photos.query("castle"))
    strong, possible = (
        int(number) for number in re.findall(r"(\d+) of \d+ pictures match well, and (\d+) more", shown["status"])[0]
    )
    assert strong and possible
    kinds = [
        "weak" if tile.get("weak") and not tile.get("possible") else "possible" if tile.get("weak") else ""
        for tile in shown["tiles"]
    ]
    assert kinds == ([""] * strong + ["possible"] * possible + ["weak"] * COUNT)[:COUNT]


def test_the_closest_pictures_of_an_absent_thing_are_called_so(photos: Engine) -> None:
    shown = answer(photos, photos.query("dinosaur"))
    assert shown["status"] == "No picture here clearly shows “dinosaur”. These are the closest pictures."
    assert all(tile["weak"] and "possible" not in tile for tile in shown["tiles"])
    assert shown["tries"][0][0].startswith("Try instead: ")


def test_the_beginning_of_a_word_is_completed_while_typing_only(engine: Engine) -> None:
    assert names(answer_while_typing(engine, "violi"))[0] == "violin"
    assert answer_while_typing(engine, "violi")["status"] == "Results for “violin”"
    assert answer_to_text(engine, "violi")["query"] == "violi"


def test_a_known_word_without_pictures_is_completed_unless_a_space_follows(photos: Engine) -> None:
    """Before, the pictures disappeared while "red flower" was typed, because "flo" is a word too."""
    assert answer_while_typing(photos, "red flo")["status"] == "Results for “red flower”"
    assert not answer_while_typing(photos, "red flo ")["tiles"]
    assert answer_while_typing(photos, "bea")["status"] == "Results for “beach”"


def test_a_word_is_not_completed_to_its_plural(engine: Engine) -> None:
    assert not answer_to_text(engine, "tv")["tiles"]
    assert answer_to_text(engine, "tvs")["tiles"]
    assert not answer_while_typing(engine, "tv")["tiles"]


@pytest.mark.parametrize("text", ["qwxzvq", '"horse'])
def test_only_an_incomplete_text_keeps_the_pictures_before_it(engine: Engine, text: str) -> None:
    assert answer_while_typing(engine, text)["incomplete"]
    assert "incomplete" not in answer_to_text(engine, text)
    for withheld in ("african", "black woman", "ugly woman"):
        assert answer_while_typing(engine, withheld)["tiles"] == []
        assert "incomplete" not in answer_while_typing(engine, withheld)


def test_a_corrected_word_is_named_and_can_be_searched_for_as_typed(engine: Engine) -> None:
    shown = answer_to_text(engine, "vioolin")
    assert names(shown)[0] == "violin"
    assert "“vioolin” was read as violin." in shown["notes"]
    assert ["Search exactly as typed", '"vioolin"'] in shown["tries"]


def test_a_foreign_word_is_read_while_typing(photos: Engine) -> None:
    """Earlier versions completed "Katze" as "katzenberg", and "playa" as "playable"."""
    for text, english in (("Katze", "cat"), ("playa", "beach")):
        assert answer_while_typing(photos, text)["query"] == text
        assert any(english in note for note in answer_while_typing(photos, text)["notes"])


def test_an_unknown_word_gets_spellings_and_no_pictures(engine: Engine) -> None:
    shown = answer_to_text(engine, '"vioolin"')
    assert "is unknown" in shown["status"]
    assert shown["tiles"] == []
    assert ["violin", '"violin"'] in shown["tries"]


def test_a_last_word_of_two_letters_waits_for_the_rest(engine: Engine) -> None:
    assert answer_while_typing(engine, "fast ca")["query"] == "fast"
    assert answer_to_text(engine, "fast ca")["query"] == "fast ca"
    assert answer_while_typing(engine, "tv")["query"] == "tv"


@pytest.mark.parametrize("text", ["", "   ", "horse -", '"horse', "🎻", "dog " * 2500, "like:nothing", "qwxzvq"])
def test_a_text_that_cannot_be_searched_for_gets_a_sentence(engine: Engine, text: str) -> None:
    for shown in (answer_while_typing(engine, text), answer_to_text(engine, text)):
        assert len(shown["status"]) > 10


def test_a_single_letter_is_no_query(engine: Engine) -> None:
    answer = answer_while_typing(engine, "b ")
    assert (answer["status"], answer["tiles"], answer["incomplete"]) == ("Type another letter.", [], True)


def test_notes_say_how_the_query_was_read(engine: Engine) -> None:
    assert answer_to_text(engine, "fruit -apple")["notes"] == ["How much each part counts: fruit 67%, − apple 33%."]
    assert "The search ignores words that the app does not know: qwxzv." in answer_to_text(engine, "violin qwxzv")["notes"]
    assert any("cannot recognise" in note for note in answer_to_text(engine, "two dogs")["notes"])
    assert answer_to_text(engine, "violin")["notes"] == []


def test_the_example_has_no_query(engine: Engine) -> None:
    assert example_answer(engine, "bird")["query"] == ""
    assert names(example_answer(engine, "bird")) == names(answer_to_text(engine, "bird"))


def test_every_picture_and_the_query_have_a_place_on_the_map(engine: Engine) -> None:
    shown = answer_to_text(engine, "violin")
    places = np.array([shown["place"], *(tile["place"] for tile in shown["tiles"])])
    assert places.min() >= 0
    assert places.max() <= 1
    best = [tile["place"] for tile in shown["tiles"] if "weak" not in tile]
    assert np.linalg.norm(np.array(best) - shown["place"], axis=1).mean() < 0.35  # the star is among its pictures


def test_each_cell_of_the_map_shows_the_picture_nearest_to_its_centre() -> None:
    width = 1 / CELLS[0]
    places = np.array([[0.1 * width, 0.01], [0.5 * width, 0.05], [1.0, 1.0]], dtype=np.float32)
    assert preview_rows(places) == [1, 2]


def test_the_page_has_the_answer_of_its_query_and_a_pass_to_search_while_typing() -> None:
    test = app(q="violin")
    [[shown, settings]] = component_data(test, "live_results")
    assert shown["query"] == "violin"
    address = urlsplit(settings["source"])
    values = parse_qs(address.query)
    assert (address.path, values["c"]) == ("search", ["stamps"])
    assert PASSES.seconds_to_wait(values["pass"][0], 0.0) == 0
    [[_, again]] = component_data(checked(test.run()), "live_results")
    assert again == settings  # the same session keeps its pass
