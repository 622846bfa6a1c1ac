"""The text search page: what a link carries, the cut-off, filters, order, pages, and what is picked out."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_pages import app, checked, drawn, names, said


def tiles(test: AppTest) -> list[dict[str, object]]:
    return [tile for grid in drawn(test, "tiles") for tile in grid[0]]


def test_matches_are_cut_where_they_become_chance() -> None:
    test = app("text_search", q="bird")
    strong = len(names(test))
    assert f"**{strong}** of 384 pictures match well" in said(test)
    assert 5 < strong <= 24
    assert not any("weak" in tile for tile in tiles(test))
    weak = app("text_search", q="bird", weak="1", k="96")
    assert len(names(weak)) == 96
    assert ["weak" in tile for tile in tiles(weak)] == [False] * strong + [True] * (96 - strong)


def test_nothing_matches_well_is_said() -> None:
    test = app("text_search", q="democracy")
    assert not names(test)
    assert "matches “democracy” well: the best cosine is 0.29" in test.info[0].value
    assert "drawn by chance" in test.info[0].value
    test = app("text_search", q="bird", cut="95")
    assert "the cut-off stands at 0.95" in test.info[0].value


def test_filters_combine_with_not() -> None:
    assert set(names(app("text_search", q="animal", **{"in": "animals/birds"}, cut="0"))) >= {"penguin", "pigeon"}
    birds = app("text_search", q="bird", cut="0", no="penguin")
    assert "penguin" not in names(birds)
    assert "filtered out" in said(birds)
    none = app("text_search", q="bird", label="violin", no="violin")
    assert "No picture passes these filters" in none.info[0].value


def test_a_filter_chosen_goes_into_the_address_and_back_to_the_first_page() -> None:
    test = app("text_search", q="animal", weak="1", p="3")
    assert len(names(test)) == 24
    test.multiselect(key="view-no-0").set_value(["dog", "cat"]).run()
    assert checked(test).query_params["no"] == ["dog", "cat"]
    assert "p" not in test.query_params


def test_an_error_points_at_its_character() -> None:
    test = app("text_search", q='horse "saddle')
    assert "is not closed" in test.error[0].value
    assert test.code[0].value == 'horse "saddle\n      ^'


def test_order_and_pages() -> None:
    by_name = names(app("text_search", q="bird", sort="name"))
    assert by_name == sorted(by_name, key=str.casefold)
    first, second = (names(app("text_search", q="bird", weak="1", p=page)) for page in ("1", "2"))
    assert first[0] == "penguin"
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
def test_a_link_with_nonsense_is_a_link_without(parameters: dict[str, str]) -> None:
    assert names(app("text_search", q="bird", **parameters)) == names(app("text_search", q="bird"))


def test_what_is_picked_out_can_be_taken() -> None:
    test = app("text_search", q="violin")
    test.button(key="choose-all").click().run()
    count = len(names(test))
    assert f"**{count} chosen**" in said(checked(test))
    assert all(tile["chosen"] for tile in tiles(test))
    assert [button.proto.label for button in test.get("download_button")] == ["CSV", "JSON", "Pictures"]
    test.query_params["q"] = "dog"
    test.run()
    assert f"**{count} chosen**" in said(test)  # across queries
    test.button(key="tray-clear").click().run()
    assert "chosen" not in said(checked(test))
