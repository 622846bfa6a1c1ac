"""The pages that take a picture, with valid and with invalid input."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from devise_core import Engine
from devise_core.settings import Settings
from tests.app_testing import CAT, app, checked, component_data, page_text, tile_names
from ui.picture import similar_images
from ui.picture.crop import CropRegion
from ui.server.file_drop import FileDrop


def shown_picture(test: AppTest) -> list[Any]:
    """Return source, name and box of the chosen picture."""
    return list(component_data(test, "crop")[0])


@pytest.mark.parametrize(
    "crop", ["", "nonsense", "0,0,1000,1001", "-1,0,500,500", "0,0,5,5", "1e3,0,10,10", "0,0,500", "٣,0,500,500"]
)
def test_an_invalid_region_is_ignored(crop: str) -> None:
    src, name, box = shown_picture(app("image_search", item="violin", crop=crop))
    assert src.startswith("pictures/stamps/images/violin")
    assert (name, box) == ("violin", None)


def test_a_region_in_a_link_is_searched_with() -> None:
    whole, part = (app("labels", item="orchestra", collection="photos", **crop) for crop in ({}, {"crop": "100,300,300,400"}))
    assert shown_picture(part)[2] == [100, 300, 300, 400]
    assert not part.error
    names = [[bar.proto.text for bar in test.get("progress")] for test in (whole, part)]
    assert names[0] != names[1]
    assert "orchestra" not in tile_names(app("image_search", item="orchestra", collection="photos", crop="100,300,300,400"))


def test_a_region_belongs_to_the_picture_in_the_link() -> None:
    assert shown_picture(app("image_search", crop="100,100,500,500"))[2] is None
    test = app("image_search", item="violin", crop="100,100,500,500")
    test.button_group(key="image_search_sample_stamps-0").set_value("guitar-classical").run()
    assert shown_picture(checked(test))[1:] == ["classical guitar", None]
    assert "crop" not in test.query_params
    assert test.query_params["item"] == "guitar-classical"


def test_cut() -> None:
    image = Image.new("RGB", (101, 50))
    assert CropRegion(0, 0, 1000, 1000).cut(image).size == (101, 50)
    assert CropRegion(500, 0, 500, 500).cut(image).size == (51, 25)
    assert CropRegion(990, 990, 10, 10).cut(Image.new("RGB", (1, 1))).size == (1, 1)
    for bad in (None, [], "1,2,3,4", [0, 0, 1000], [True, 0, 500, 500], [0.5, 0, 500, 500], [600, 0, 500, 500]):
        assert CropRegion.of(bad) is None


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("sea", "like:picture + sea"),
        ("-people", "like:picture -people"),
        ("+ 2*red", "like:picture + 2*red"),
        ("2*like:picture -sea", "2*like:picture -sea"),
        ("2*like:photo -sea", "2*like:photo -sea"),
    ],
)
def test_the_picture_is_added_to_the_query(words: str, query: str) -> None:
    assert similar_images.with_picture(words) == query


@pytest.mark.parametrize("words", ["sea", "like:picture + sea", "like:photo + sea"])
def test_a_picture_combined_with_words(words: str) -> None:
    test = app("image_search", item="violin", q=words)
    first = [tile["name"] for tile in component_data(test, "tiles")[0][0]]
    assert {"cello", "dolphin"} <= set(first)
    assert "violin" not in first
    assert test.header[0].value.replace("\\", "") == f"This picture and {words}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("qwxzv", "The search ignores words that the app does not know: qwxzv"),
        ("violin^", "needs a number"),
        ("like:nothing", "There is no picture"),
    ],
)
def test_words_that_cannot_be_added_leave_the_other_results(words: str, expected: str) -> None:
    test = app("image_search", item="violin", q=words)
    assert expected in page_text(test).replace("\\", "")
    assert "Similar in appearance" in page_text(test)


def test_an_uploaded_picture_is_shown_without_metadata() -> None:
    test = app("image_search")
    test.button_group(key="image_search_way").set_value("Upload").run()
    test.file_uploader(key="image_search_file").set_value(("my.webp", CAT.read_bytes(), "image/webp")).run()
    src, name, box = shown_picture(checked(test))
    assert (name, box) == ("my.webp", None)
    image = Image.open(io.BytesIO(base64.b64decode(src.removeprefix("data:image/jpeg;base64,"))))
    assert image.size == Image.open(CAT).size
    assert not image.getexif()


def test_a_note_says_that_an_uploaded_file_lacks_its_end() -> None:
    test = app("image_search")
    test.button_group(key="image_search_way").set_value("Upload").run()
    test.file_uploader(key="image_search_file").set_value(("my.webp", CAT.read_bytes()[:-1], "image/webp")).run()
    assert "lacks its end. The image is complete." in page_text(checked(test)).replace("\\", "")


def test_a_web_address_is_offered_only_if_it_is_turned_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from devise_core.untrusted import url_fetch
    from ui.picture import choose

    assert "Web address" not in app("image_search").button_group(key="image_search_way").options
    monkeypatch.setattr(choose, "settings", lambda: Settings(url_search=True))
    monkeypatch.setattr(url_fetch, "settings", lambda: Settings(url_search=True))
    test = app("image_search")
    test.button_group(key="image_search_way").set_value("Web address").run()
    test.text_input(key="image_search_url").set_value("http://127.0.0.1/cat.jpg").run()
    assert len(checked(test).error) == 1


def test_only_a_valid_paste_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.picture import paste

    accepted: list[bytes] = []
    monkeypatch.setattr(paste, "_PASTE", lambda key, data, on_picture_change: on_picture_change())
    drop = FileDrop()
    drop.put("large", bytes(101))
    drop.put("right", b"picture")
    monkeypatch.setattr(paste, "session_drop", lambda: drop)
    for sent in (None, 5, "none", "large", "right", "right"):
        monkeypatch.setattr(paste, "st", SimpleNamespace(session_state={"k": {"picture": sent}}))
        paste.paste("k", True, 100, accepted.append)
    assert accepted == [b"picture"]


def test_every_page_gives_a_picture_the_same_names(photos: Engine) -> None:
    item = "fort-sumter"
    names = [hit.word for hit in photos.label_encoded(photos.encoded(photos.collection.row(item)), 6)]
    nearest = photos.label_embedding(photos.collection.embeddings[photos.collection.row(item)], 6)
    assert names != [hit.word for hit in nearest]
    labels = app("labels", item=item, collection="photos")
    assert labels.header[0].value == f"Best name: {names[0]}"
    card = app("explorer", item=item, collection="photos")
    assert f"**Best matching words**  {', '.join(names)}" in page_text(card)
    for test in (app("home", open=item, collection="photos"), app("image_search", item=item, collection="photos")):
        links = [link.proto.label for link in test.get("page_link")]
        assert any(links[start : start + 6] == names for start in range(len(links)))
