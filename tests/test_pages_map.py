"""The map explorer: valid and invalid links, what is below the map, and what a change on the map writes to the address."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from tests.app_testing import app, component_data, page_text, tile_names, tiles
from ui.map.view import write_view

SQUARE = "tsne2:100,100;900,100;900,900;100,900"


def map_state(test: AppTest) -> dict[str, Any]:
    """Return the state that the page gives to the map."""
    state: dict[str, Any] = component_data(test, "map")[0][1]
    return state


def test_a_link_sets_the_view() -> None:
    view = map_state(app("explorer", map="umap", dims="3", colour="right", show="words", item="violin", region=SQUARE, q="bird"))
    assert (view["name"], view["colour"], view["show"], view["id"], view["region"]) == ("umap3", "right", "words", "violin", SQUARE)
    assert [pin["text"] for pin in view["pins"]] == ["bird"]
    assert len(view["pins"][0]["matches"]) == 12
    assert set(view["pins"][0]["places"]) == {"tsne2", "tsne3", "umap2", "umap3", "pca2", "pca3"}
    assert len(view["neighbours"]) == 8
    assert view["insideCount"] > 100


@pytest.mark.parametrize(
    "bad",
    [
        {"map": "mds"},
        {"dims": "4"},
        {"dims": "-1"},
        {"colour": "<b>"},
        {"show": "all"},
        {"item": "no such picture"},
        {"item": "../../etc"},
        {"region": "tsne2:0,0"},
        {"region": "mds2:0,0;1,1;1,0"},
        {"region": "x" * 5000},
        {"region": "tsne2:0,0;0,0;0,0,0"},
    ],
)
def test_invalid_parts_of_a_link_are_replaced_by_defaults(bad: dict[str, str]) -> None:
    test = app("explorer", **bad)
    view = map_state(test)
    assert (view["name"], view["colour"], view["show"], view["id"], view["region"]) == ("tsne2", "category", "both", "", "")
    assert not test.error


def test_the_selected_picture_has_a_card() -> None:
    test = app("explorer", item="violin")
    assert "violin" in [heading.value for heading in test.header]
    assert "Best matching words" in page_text(test)
    assert tile_names(test)[0] in {"cello", "guitar"}
    assert map_state(test)["cosines"]["target"] == "violin"


def test_a_query_colours_the_map_by_its_score(engine: Engine) -> None:
    test = app("explorer", q="music")
    ranking = engine.ranking(engine.query("music"))
    scores = map_state(test)["scores"]
    steps = np.frombuffer(base64.b64decode(scores["of"]), dtype="u1")
    assert scores["target"] == "music"
    assert (steps[ranking.rows[0]], steps[ranking.rows[-1]]) == (255, 0)
    assert (np.diff(steps[ranking.rows].astype(int)) <= 0).all()
    assert tile_names(test) == [hit.name for hit in engine.hits(engine.matches(engine.query("music")).closest)]
    assert map_state(app("explorer", item="violin"))["scores"] is None


@pytest.mark.parametrize("query", ["mandela", "nigeria", "democracy"])
def test_the_map_announces_nothing_that_the_search_does_not_find(query: str) -> None:
    test = app("explorer", q=query, collection="photos")
    assert f"No picture here clearly shows “{query}”." in test.info[0].value
    assert "Most similar to" not in page_text(test)
    assert all("weak" in tile for tile in tiles(test))
    assert not map_state(test)["pins"]


def test_the_map_says_that_it_shows_nothing_for_a_word_for_people() -> None:
    """The map used to draw the star of the query among animals."""
    test = app("explorer", q="baby", collection="stamps")
    assert "“baby”" in test.info[0].value
    assert not map_state(test)["pins"]


def test_the_map_shows_nobody_for_a_judgement() -> None:
    test = app("explorer", q="weird people", collection="photos")
    assert "The app cannot say which pictures show" in test.info[0].value
    assert not tiles(test) and not map_state(test)["pins"]


def test_the_map_shows_only_good_matches_of_a_sure_search(engine: Engine) -> None:
    test = app("explorer", q="bird", collection="stamps")
    assert "Most similar to bird" in page_text(test)
    assert 0 < len(tiles(test)) <= len(engine.matches(engine.query("bird")).strong())


def test_a_region_has_words_labels_and_pictures() -> None:
    test = app("explorer", region=SQUARE)
    count = map_state(test)["insideCount"]
    assert f"{count} pictures in the region" in page_text(test)
    assert "What its pictures show" in page_text(test)
    assert "Most frequent labels" in page_text(test)
    assert len(tile_names(test)) == 24
    assert "There are no pictures in this region" in page_text(app("explorer", region="tsne2:-9,-9;-8,-9;-8,-8"))


def test_the_page_explains_how_the_query_is_placed() -> None:
    assert (
        "The star ★ is placed at the average position of the 5 pictures that are most similar to your query or picture."
        in page_text(app("explorer", q="violin"))
    )
    assert "at its exact place, which is computed in the same way" in page_text(app("explorer", q="violin", map="pca"))


def test_the_page_explains_trustworthiness_and_correct_names() -> None:
    assert (
        "Pictures that are close together on this map are similar (t-SNE in 2 dimensions, trustworthiness 0.97 out of 1)."
        in page_text(app("explorer")).replace("\\", "")
    )
    assert "among the 5 nouns that match it best" in page_text(app("explorer", colour="right"))
    assert "A group has pictures that are similar in meaning" in page_text(app("explorer", colour="cluster"))


def test_an_uploaded_picture_is_placed_on_the_map(engine: Engine) -> None:
    test = app("explorer", collection="stamps")
    picture = engine.collection.picture(engine.collection.row("violin"))
    test.file_uploader(key="explorer_file").set_value(("mine.webp", picture.read_bytes(), "image/webp")).run()  # type: ignore[union-attr]
    assert not test.exception
    assert [pin["text"] for pin in map_state(test)["pins"]] == ["your picture"]
    assert tile_names(test)[0] == "violin"
    test.file_uploader(key="explorer_file").set_value(("mine.jpg", b"no picture", "image/jpeg")).run()
    assert "not an image" in test.error[0].value.replace("\\", "")
    assert map_state(test)["pins"] == []


@pytest.mark.parametrize(
    "change",
    [
        None,
        "tsne2",
        7,
        [],
        {"name": "mds2"},
        {"name": ["tsne2"]},
        {"colour": "<b>"},
        {"show": None},
        {"item": "no such picture"},
        {"item": {}},
        {"region": 7.5},
        {"other": "x"},
    ],
)
def test_an_invalid_change_is_ignored(engine: Engine, change: object, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[dict[str, Any]] = []
    monkeypatch.setattr("ui.url_state.update", lambda **values: written.append(values))
    write_view(engine.collection, change)
    assert written == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "pca3"}, {"map": "pca", "dims": "3"}),
        ({"name": "tsne2"}, {"map": None, "dims": None}),
        ({"colour": "right"}, {"colour": "right"}),
        ({"colour": "category"}, {"colour": None}),
        ({"show": "words"}, {"show": "words"}),
        ({"item": "violin"}, {"item": "violin"}),
        ({"item": ""}, {"item": ""}),
        ({"region": SQUARE}, {"region": SQUARE, "item": None}),
        ({"region": ""}, {"region": None}),
        ({"region": "tsne2:<b>"}, {"region": None}),
    ],
)
def test_a_change_is_written_to_the_address(
    engine: Engine, change: object, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr("ui.url_state.update", lambda **values: written.update(values))
    write_view(engine.collection, change)
    assert written == expected
