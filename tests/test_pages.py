"""Every page, with good input and with bad: never a traceback, always a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import BUNDLED

ROOT = BUNDLED.parent
PAGES = ("home", "text_search", "image_search", "labels", "explorer", "about")
CAT = BUNDLED / "collections/photos/images/cat.webp"


def app(page: str = "home", **parameters: str) -> AppTest:
    """The real router, opened at ``page`` as by a link with ``parameters``."""
    test = AppTest.from_file(str(ROOT / "pages/router.py"), default_timeout=60)
    if page != "home":
        test.switch_page(f"{page}.py")
    for name, value in parameters.items():
        test.query_params[name] = value
    return checked(test.run())


def checked(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return " ".join(element.value for kind in (test.markdown, test.caption, test.warning, test.error, test.info, test.subheader, test.title)
                    for element in kind)


def names(test: AppTest) -> list[str]:
    """What the tiles of every grid are called, in order."""
    return [tile["name"] for grid in test.get("bidi_component") for tile in json.loads(grid.proto.json)["tiles"]]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("collection", ["stamps", "photos"])
def test_every_page_over_every_collection(page: str, collection: str) -> None:
    test = app(page, collection=collection)
    assert test.title
    assert not test.error
    assert test.button_group(key="collection").value == collection


def test_home_answers_before_anything_is_typed() -> None:
    test = app()
    assert "For example, **bird**" in said(test)
    assert len(names(test)) == 12
    assert names(test.text_input(key="q").set_value("violin").run())[0] == "violin"
    assert checked(test)


def test_an_example_is_taken() -> None:
    test = app()
    test.button_group(key="home_example").set_value("avian").run()
    assert checked(test).text_input(key="q").value == "avian"


def test_text_search() -> None:
    test = app("text_search", q="violin")
    assert names(test)[0] == "violin"
    assert "24 of 384" in said(test)
    assert "cello" in said(test)


@pytest.mark.parametrize(("query", "says"), [
    ("🎻", "no word to search for"), ("dog " * 2500, "shorten"), ("скрипка", "No word vector"), ("qwxzv", "No word vector"),
    ("<script>alert(1)</script> qwxzv", "Read as|alert"), ("   ", "no word to search for")])
@pytest.mark.parametrize("page", ["home", "text_search", "explorer"])
def test_bad_queries_get_a_sentence(page: str, query: str, says: str) -> None:
    test = app(page, q=query)
    text = said(test).replace("\\", "")
    assert any(part in text for part in says.split("|"))


def test_a_misspelt_word_is_offered_right() -> None:
    test = app("text_search", q="vioolin")
    assert "did you mean violin" in said(test)
    button = next(button for button in test.button if button.label == "violin")
    button.click().run()
    assert checked(test).text_input(key="q").value == "violin"
    assert names(test)[0] == "violin"


def test_words_left_out_are_told() -> None:
    assert "Left out, no word vector: qwxzv" in said(app("text_search", q="violin qwxzv"))


def test_image_search_by_a_link() -> None:
    test = app("image_search", item="violin")
    assert "cello" in names(test)
    assert {element.value for element in test.subheader} == {"Alike in meaning", "Alike in looks"}
    assert checked(app("image_search", item="no such picture")).subheader


@pytest.mark.parametrize(("content", "says"), [(b"text in a .jpg", "not a picture"), (b"", "not a picture"),
                                               (CAT.read_bytes()[:900], "cut short|damaged")])
@pytest.mark.parametrize("page", ["image_search", "labels"])
def test_an_upload_that_is_no_picture(page: str, content: bytes, says: str) -> None:
    test = app(page)
    test.button_group(key=f"{page}_way").set_value("Upload").run()
    assert "Choose a picture" in said(test)
    test.file_uploader(key=f"{page}_file").set_value(("photo.jpg", content, "image/jpeg")).run()
    assert any(part in checked(test).error[0].value.replace("\\", "") for part in says.split("|"))


def test_an_upload_is_labelled_among_own_words() -> None:
    test = app("labels")
    test.button_group(key="labels_way").set_value("Upload").run()
    test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
    assert checked(test).subheader[0].value == "Most likely: cat"
    test.button_group(key="labels_vocabulary").set_value("Your own words").run()
    test.text_area(key="labels_own").set_value("castle, kitten\nwindmill").run()
    assert checked(test).subheader[0].value == "Most likely: kitten"
    test.text_area(key="labels_own").set_value(" , ").run()
    assert "list of labels is empty" in checked(test).error[0].value
    test.text_area(key="labels_own").set_value("castle, qwxzv").run()
    assert "No word vector" in checked(test).warning[0].value


def test_the_map_places_the_query() -> None:
    test = app("explorer", q="violin")
    assert "Nearest to the query" in said(test)
    assert names(test)[0] == "violin"


def test_the_card_is_shown() -> None:
    assert "zero-shot" in said(app("about"))


def test_a_missing_model_leaves_a_sentence_on_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import engines

    monkeypatch.setenv("DEVISE_ARTIFACTS", str(tmp_path))
    engines.model.clear()  # type: ignore[attr-defined]
    try:
        for page in PAGES:
            assert "manifest.json is missing" in said(app(page)).replace("\\", ""), page
    finally:
        engines.model.clear()  # type: ignore[attr-defined]
