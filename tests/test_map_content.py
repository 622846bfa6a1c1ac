"""The text on the map, regions in a link, and the data that the browser receives."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from devise_core import Engine
from devise_core.collections.map_labels import common_labels, map_words, named_correctly
from devise_core.collections.projection import project
from devise_core.datatypes import Item
from devise_core.search.shown_words import SHOWN
from devise_core.vectors import Floats
from tests.fakes import unit_rows
from ui.map import data as map_data
from ui.map.region import read_region


def test_an_image_is_named_right_if_a_word_of_its_label_is_near() -> None:
    items = [Item("a", "a", ("tabby cat",)), Item("b", "b", ("dog",)), Item("c", "c"), Item("d", "d", ("hot dog", "snack"))]
    names = [["pet", "cat"], ["cat", "wolf"], ["cat"], ["snack"]]
    assert named_correctly(items, names) == [True, False, None, True]


def test_names_of_all_images_equal_those_of_each(engine: Engine) -> None:
    names = engine.label_all(5)
    for row in (0, 200, 383):
        assert names[row] == [hit.word for hit in engine.label_encoded(engine.encoded(row), 5)]


def test_words_on_the_map_are_categories_and_words_that_images_show(engine: Engine) -> None:
    shown = engine.shown_words()
    words = map_words(engine.text, engine.collection, shown, engine.parts.word_filter)
    assert {"animals", "birds", "food"} <= set(words)
    items = engine.collection.items
    assert all(word in items[row].category.split("/") or shown[row][word] >= SHOWN for word, row in words.items())


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_names_of_groups_are_at_pictures_that_show_them(engine: Engine, collection: str) -> None:
    of = engine.on(collection)
    shown, message = of.shown_words(), json.loads(map_data._message(of))
    places = of.maps.places["pca2"]
    names = [text for text in message["texts"] if text["kind"] in ("cluster", "part")]
    assert len(names) > 20
    for text in names:
        row = int(np.square(places - text["places"]["pca2"]).sum(axis=1).argmin())
        assert any(shown[row].get(word, 0) >= SHOWN for word in text["text"].split(" and ")), text


def test_common_labels_are_counted() -> None:
    assert common_labels([Item("a", "a", ("cat", "pet")), Item("b", "b", ("cat",)), Item("c", "c")], 1) == [("cat", 2)]


def corners() -> Floats:
    """Return eight vectors. The tests set their positions on the map."""
    return unit_rows(8, 4)


def test_a_region_in_two_dimensions_selects_images_inside() -> None:
    made = project(corners(), methods=("pca",))
    places = [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9], [0.2, 0.8], [0.0, 0.0], [1.0, 1.0], [0.5, 0.1], [0.45, 0.55]]
    made.places["pca2"][:] = np.array(places)
    region = read_region("pca2:400,400;600,400;600,600;400,600", made)
    assert region
    assert region.rows(made).tolist() == [1, 7]


def test_a_region_in_three_dimensions_has_two_view_directions() -> None:
    made = project(corners(), methods=("pca",))
    made.places["pca3"][:] = 0
    made.places["pca3"][:3] = [[0.2, 0.5, 0.9], [0.9, 0.5, 0.2], [0.2, 0.9, 0.2]]
    from_the_side = read_region("pca3:0,0,1000;0,1000,0;800,400;1000,400;1000,600;800,600", made)  # right is z, up is y
    assert from_the_side
    assert from_the_side.rows(made).tolist() == [0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pca2",
        "pca2:",
        "pca2:1,2",
        "pca2:1,2;3,4",
        "tsne2:0,0;1,0;1,1",
        "pca2:0,0;1,0;1,1,1",
        "pca3:0,0;1,0;1,1",
        "pca3:1,0,0;0,1,0;0,0;1,1",
        "pca2:a,b;c,d;e,f",
        "pca2:1.5,0;1,0;1,1",
        "pca2:999999,0;1,0;1,1",
        "pca2:" + ";".join(["1,1"] * 65),
        "pca2:0,0;1,0;1,1;",
        "<script>",
        "pca2:٣,0;1,0;1,1",
    ],
)
def test_invalid_regions_are_ignored(text: str) -> None:
    assert read_region(text, project(corners(), methods=("pca",))) is None


def test_large_collections_show_an_even_sample() -> None:
    assert map_data.drawn_rows(384) == range(384)
    assert len(map_data.drawn_rows(20_000)) == 20_000
    assert map_data.drawn_rows(45_001) == range(0, 45_001, 3)


def numbers(text: str, kind: str) -> list[int]:
    return [int(number) for number in np.frombuffer(base64.b64decode(text), dtype=kind)]


def test_the_message_has_all_data_of_the_map(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_data, "MAX_DRAWN", 200)  # every second picture
    message = json.loads(map_data._message(engine))
    collection = engine.collection
    assert (message["count"], message["step"], len(message["ids"])) == (384, 2, 192)
    assert message["ids"][3] == collection.items[6].id
    assert message["pictures"][3].startswith(f"pictures/stamps/{collection.items[6].file}?v=")
    places = np.array(numbers(message["places"]["umap3"], "<u2")).reshape(192, 3) / 65535
    assert places == pytest.approx(collection.projections.places["umap3"][::2].clip(0, 1), abs=1e-4)
    categories = message["colours"]["category"]
    assert categories["names"][numbers(categories["of"], "u1")[3]] == collection.items[6].category.split("/")[0]
    assert len(categories["names"]) == map_data.COLOURED + 1
    assert set(numbers(message["colours"]["right"]["of"], "u1")) == {0, 1}
    assert {text["kind"] for text in message["texts"]} == {"cluster", "part", "word"}
    assert all(len(text["places"]["tsne3"]) == 3 for text in message["texts"])
