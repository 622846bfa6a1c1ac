"""The explorer as a script: links good and bad, what stands below the map, and what the map says has changed."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from tests.test_pages import app, drawn, names, said
from ui.map.view import write_view

SQUARE = "tsne2:100,100;900,100;900,900;100,900"


def shown(test: AppTest) -> dict[str, Any]:
    """What the map was told besides the pictures themselves."""
    found: dict[str, Any] = drawn(test, "map")[0][1]
    return found


def test_the_view_of_a_link() -> None:
    view = shown(app("explorer", map="umap", dims="3", colour="right", show="words", item="violin", region=SQUARE, q="music"))
    assert (view["name"], view["colour"], view["show"], view["id"], view["region"]) == ("umap3", "right", "words", "violin", SQUARE)
    assert [pin["text"] for pin in view["pins"]] == ["music"]
    assert len(view["pins"][0]["lit"]) == 12
    assert set(view["pins"][0]["places"]) == {"tsne2", "tsne3", "umap2", "umap3", "pca2", "pca3"}
    assert len(view["near"]) == 8
    assert view["found"] > 100


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
def test_what_a_link_gets_wrong_is_as_at_first(bad: dict[str, str]) -> None:
    test = app("explorer", **bad)
    view = shown(test)
    assert (view["name"], view["colour"], view["show"], view["id"], view["region"]) == ("tsne2", "category", "both", "", "")
    assert not test.error


def test_a_picture_has_its_card() -> None:
    test = app("explorer", item="violin")
    assert "violin" in [heading.value for heading in test.header]
    assert "Nearest nouns" in said(test)
    assert names(test)[0] in {"cello", "guitar"}
    assert shown(test)["cosines"]["what"] == "violin"


def test_a_region_has_its_words_labels_and_pictures() -> None:
    test = app("explorer", region=SQUARE)
    count = shown(test)["found"]
    assert f"{count} pictures in the region" in said(test)
    assert "Nouns nearest to its mean" in said(test)
    assert "Most frequent labels" in said(test)
    assert len(names(test)) == 24
    assert "No picture is in the region" in said(app("explorer", region="tsne2:-9,-9;-8,-9;-8,-8"))


def test_the_page_says_how_what_came_later_was_placed() -> None:
    assert "nearest pictures: t-SNE has no function" in said(app("explorer", q="violin"))
    assert "where the fitted components put it" in said(app("explorer", q="violin", map="pca"))


def test_trustworthiness_and_what_right_means_are_said() -> None:
    assert "in 2 dimensions, ten neighbours by cosine: 0.97" in said(app("explorer")).replace("\\", "")
    assert "among its 5 nearest nouns" in said(app("explorer", colour="right"))


def test_a_picture_of_the_visitors_stands_on_the_map(engine: Engine) -> None:
    test = app("explorer", collection="stamps")
    picture = engine.collection.picture(engine.collection.row("violin"))
    test.file_uploader(key="explorer_file").set_value(("mine.webp", picture.read_bytes(), "image/webp")).run()  # type: ignore[union-attr]
    assert not test.exception
    assert [pin["text"] for pin in shown(test)["pins"]] == ["your picture"]
    assert names(test)[0] == "violin"
    test.file_uploader(key="explorer_file").set_value(("mine.jpg", b"no picture", "image/jpeg")).run()
    assert "not a picture" in test.error[0].value.replace("\\", "")
    assert shown(test)["pins"] == []


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
def test_a_change_that_is_none_is_let_be(engine: Engine, change: object, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[dict[str, Any]] = []
    monkeypatch.setattr("ui.url_state.put", lambda **values: written.append(values))
    write_view(engine.collection, change)
    assert written == []


@pytest.mark.parametrize(
    ("change", "put"),
    [
        ({"name": "pca3"}, {"map": "pca", "dims": "3"}),
        ({"name": "tsne2"}, {"map": None, "dims": None}),
        ({"colour": "right"}, {"colour": "right"}),
        ({"colour": "category"}, {"colour": None}),
        ({"show": "words"}, {"show": "words"}),
        ({"item": "violin"}, {"item": "violin"}),
        ({"item": ""}, {"item": ""}),
        ({"region": SQUARE}, {"region": SQUARE}),
        ({"region": ""}, {"region": None}),
        ({"region": "tsne2:<b>"}, {"region": None}),
    ],
)
def test_a_change_goes_into_the_address(
    engine: Engine, change: object, put: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr("ui.url_state.put", lambda **values: written.update(values))
    write_view(engine.collection, change)
    assert written == put
