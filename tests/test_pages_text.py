"""The text search page: links, the threshold, filters, order, pages and the selection."""

from __future__ import annotations

import re

import pytest

from tests.app_testing import app, caption_names, checked, page_text, tile_names, tiles
from ui.home.answer import COUNT


def test_good_matches_and_then_those_that_may_match_are_shown() -> None:
    test = app("text_search", q="bird", k="96")
    listed = ["weak" in tile for tile in tiles(test)]
    strong = listed.count(False)
    assert f"**{strong}** of 384 pictures match well  ·  {listed.count(True)} more may match" in page_text(test)
    assert 5 < strong < len(listed) <= 60
    assert listed == sorted(listed)
    weak = app("text_search", q="bird", weak="1", k="96")
    assert len(tile_names(weak)) == 96
    assert ["weak" in tile for tile in tiles(weak)] == [False] * strong + [True] * (96 - strong)


def test_the_switch_counts_the_weak_matches_that_are_listed() -> None:
    for query in ("bird", "baboon"):  # the app is not sure of "baboon", so it lists no people
        pages = [app("text_search", q=query, weak="1", k="96", p=str(page), collection="photos") for page in range(1, 5)]
        ids = {tile["id"] for page in pages for tile in tiles(page)}
        first = tiles(app("text_search", q=query, k="96", collection="photos")) if query == "bird" else []
        assert pages[0].toggle[0].label == f"Show all weak matches ({len(ids) - len(first)})"


def test_the_page_shows_pictures_before_anything_is_typed() -> None:
    test = app("text_search")
    assert "click an example" in page_text(test)
    assert len(tile_names(test)) > 4


def test_the_page_explains_why_nothing_matches() -> None:
    test = app("text_search", q="democracy", cut="95")
    assert not tile_names(test)
    assert "clearly shows “democracy”. The highest similarity is 0.29, and your threshold is 0.95." in test.info[0].value
    test = app("text_search", q="bird", cut="95")
    assert "your threshold is 0.95" in test.info[0].value


@pytest.mark.parametrize("query", ["baby", "people", "sad child"])
def test_no_filter_is_named_where_none_is_set(query: str) -> None:
    parameters = {"q": query, "collection": "photos", "cut": "95"}
    text = page_text(app("text_search", **parameters))
    assert "No picture in this collection clearly shows" in text
    assert "filter" not in text.replace("Filters", "")
    filtered = page_text(app("text_search", **parameters, out="animals"))
    assert "No picture that passes the filters clearly shows" in filtered
    assert "filtered out" in filtered


def test_an_absent_thing_is_refused_with_the_closest_pictures() -> None:
    test = app("text_search", q="dinosaur", collection="photos")
    assert "No picture here clearly shows “dinosaur”." in test.info[0].value
    assert "The closest pictures in meaning" in [heading.value for heading in test.header]
    assert 1 <= len(tile_names(test)) <= 8
    assert all("weak" in tile for tile in tiles(test))


def test_a_doubtful_match_is_not_announced() -> None:
    test = app("text_search", q="planet", collection="stamps")
    assert "**Closest we have** for “planet”. The app is not sure" in page_text(test)
    assert "match well" not in page_text(test)
    assert 1 <= len(tile_names(test)) <= 8
    assert all("weak" in tile for tile in tiles(test))


def test_a_lower_threshold_does_not_announce_more_matches() -> None:
    counts = []
    for cut in ("", "60", "30", "0"):
        test = app("text_search", q="bird", **({"cut": cut} if cut else {}))
        counts.append(int(re.findall(r"\*\*(\d+)\*\* of", page_text(test))[0]))
    assert counts[1] < counts[0] == counts[2] == counts[3]


def test_pictures_are_also_found_by_caption() -> None:
    assert "pizza" in tile_names(app("text_search", q="pizza")) + caption_names(app("text_search", q="pizza"))
    test = app("text_search", q="planet")
    assert {"mars", "venus", "saturn"} <= {name.lower() for name in [*tile_names(test), *caption_names(test)]}
    assert "Found by caption or label" in page_text(test)
    assert set(caption_names(test)).isdisjoint(tile_names(test))
    assert "Found by caption or label" not in page_text(app("text_search", q="democracy"))


def test_a_word_that_is_only_in_captions_is_found() -> None:
    test = app("text_search", q="vzllisx kzndlzd", collection="photos")
    assert "is unknown" in page_text(test)
    assert not caption_names(test)


@pytest.mark.parametrize("collection", ["stamps", "photos"])
@pytest.mark.parametrize("query", ["democracy", "dinosaur", "violin", "people"])
def test_home_and_text_search_agree_on_what_matches(query: str, collection: str) -> None:
    home, full = (app(page, q=query, collection=collection) for page in ("home", "text_search"))
    absent = [f"No picture here clearly shows “{query}”." in page_text(test) for test in (home, full)]
    assert absent[0] == absent[1]
    doubtful = ["Closest we have" in page_text(test) for test in (home, full)]
    assert doubtful[0] == doubtful[1]
    strong = [int(match[1]) if (match := re.search(r"\b(\d+)(?:\*\*)? of", page_text(test))) else 0 for test in (home, full)]
    assert strong[0] == strong[1]
    assert sum("weak" not in tile for tile in tiles(home)) == min(strong[0], COUNT)


@pytest.mark.parametrize(
    ("page", "query", "sentence"),
    [
        ("text_search", "two happy dogs", "The app cannot recognise “two” and “happy” in pictures, so the search ignores them."),
        ("home", "a pair of shoes", "The app cannot recognise “a pair of” in pictures, so the search ignores it."),
        (
            "explorer",
            "three beautiful, funny birds",
            "cannot recognise “three”, “beautiful” and “funny” in pictures, so the search ignores them.",
        ),
        ("text_search", "happy", "The app cannot recognise “happy” in pictures. Add the name of a thing."),
    ],
)
def test_the_page_says_which_words_no_picture_shows(page: str, query: str, sentence: str) -> None:
    assert sentence in page_text(app(page, q=query))


@pytest.mark.parametrize("query", ["dog", "red car", "six-pack", "qwxzv dog"])
def test_the_page_says_nothing_about_words_that_it_can_use(query: str) -> None:
    assert "cannot recognise" not in page_text(app("text_search", q=query))


def test_the_senses_of_a_noun_are_offered() -> None:
    assert "This word has several meanings. Search for one:" in page_text(app("text_search", q="bat"))
    assert "Another meaning:" in page_text(app("text_search", q="bat (animal)"))


def test_filters_can_be_combined() -> None:
    assert set(tile_names(app("text_search", q="animal", **{"in": "animals/birds"}, cut="0"))) >= {"penguin", "pigeon"}
    birds = app("text_search", q="bird", cut="0", no="penguin")
    assert "penguin" not in tile_names(birds)
    assert "filtered out" in page_text(birds)
    none = app("text_search", q="bird", label="violin", no="violin")
    assert "No picture passes these filters" in none.info[0].value


def test_a_filter_is_written_to_the_address_and_leads_to_the_first_page() -> None:
    test = app("text_search", q="animal", weak="1", p="3")
    assert len(tile_names(test)) == 24
    assert not test.multiselect
    test.session_state["filters"] = True  # as a click on the button does
    test.run()
    test.multiselect(key="view-no-0").set_value(["dog", "violin"]).run()
    assert checked(test).query_params["no"] == ["dog", "violin"]
    assert "p" not in test.query_params
    assert any("[2 active]" in badge.value for badge in test.markdown)


def test_an_error_points_to_its_position() -> None:
    test = app("text_search", q='horse "saddle')
    assert "is not closed" in test.warning[0].value
    assert test.code[0].value == 'horse "saddle\n      ^'


def test_order_and_pages() -> None:
    by_name = tile_names(app("text_search", q="bird", sort="name"))
    assert by_name == sorted(by_name, key=str.casefold)
    first, second = (tile_names(app("text_search", q="bird", weak="1", p=page)) for page in ("1", "2"))
    assert first[0] == "pigeon"
    assert len(second) == 24
    assert {tile["id"] for tile in tiles(app("text_search", q="bird", weak="1", p="999"))}.isdisjoint(first)


@pytest.mark.parametrize(
    "parameters",
    [
        {"k": "7"},
        {"p": "-1"},
        {"p": "x"},
        {"p": "9" * 40},
        {"sort": "<b>"},
        {"cut": "1e9"},
        {"in": "no such"},
        {"weak": "yes"},
        {"label": "'; --"},
    ],
)
def test_invalid_parameters_are_ignored(parameters: dict[str, str]) -> None:
    assert tile_names(app("text_search", q="bird", **parameters)) == tile_names(app("text_search", q="bird"))


def test_selected_pictures_can_be_downloaded() -> None:
    test = app("text_search", q="violin")
    test.button(key="select-all").click().run()
    count = len(tile_names(test))
    assert f"**{count} selected**" in page_text(checked(test))
    assert all(tile["selected"] for tile in tiles(test))
    assert [button.proto.label for button in test.get("download_button")] == ["CSV", "JSON", "Pictures"]
    test.query_params["q"] = "dog"
    test.run()
    assert f"**{count} selected**" in page_text(test)  # across queries
    test.button(key="tray-clear").click().run()
    assert "selected" not in page_text(checked(test))
