"""Every page, with good input and with bad: never a traceback, always a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import altair
import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import BUNDLED
from tests.test_results import content

ROOT = BUNDLED.parent
PAGES = ("home", "text_search", "image_search", "labels", "photos", "explorer", "words", "results")
CAT = BUNDLED / "collections/photos/images/cat.webp"


def app(page: str = "home", **parameters: str) -> AppTest:
    """The real router, opened at ``page`` as by a link with ``parameters``."""
    test = AppTest.from_file(str(ROOT / "ui/router.py"), default_timeout=60)
    if page != "home":
        test.switch_page(f"../pages/{page}.py")
    for name, value in parameters.items():
        test.query_params[name] = value
    return checked(test.run())


def checked(test: AppTest) -> AppTest:
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return " ".join(
        element.value
        for kind in (test.markdown, test.caption, test.warning, test.error, test.info, test.header, test.title)
        for element in kind
    )


def names(test: AppTest) -> list[str]:
    """What the tiles of every grid are called, in order."""
    return [tile["name"] for grid in drawn(test, "tiles") for tile in grid[0]]


def asked(test: AppTest) -> str:
    """What stands in the search box."""
    return str(drawn(test, "searchbox")[0][0])


def drawn(test: AppTest, component: str) -> list[Any]:
    """The data of every component of this name."""
    return [json.loads(made.proto.json) for made in test.get("bidi_component") if made.proto.component_name.endswith(component)]


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
    assert names(app(q="violin"))[0] == "violin"


def test_an_example_is_taken() -> None:
    test = app()
    test.button_group(key="examples-home-0").set_value("avian").run()
    assert asked(checked(test)) == "avian"


def test_text_search() -> None:
    test = app("text_search", q="violin")
    assert names(test)[0] == "violin"
    assert "of 384 pictures match well" in said(test)
    assert "cello" in said(test)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("🎻", "no word to search for"),
        ("dog " * 2500, "Shorten"),
        ("скрипка", "No word vector"),
        ("qwxzv", "No word vector"),
        ("<script>alert(1)</script> qwxzv", "Read as|alert"),
        ("   ", "no word to search for"),
    ],
)
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
    assert asked(checked(test)) == "violin"
    assert names(test)[0] == "violin"


def test_words_left_out_are_told() -> None:
    assert "Left out, no word vector: qwxzv" in said(app("text_search", q="violin qwxzv"))


def test_image_search_by_a_link() -> None:
    test = app("image_search", item="violin")
    assert "cello" in names(test)
    assert {element.value for element in test.header} == {"Alike in meaning", "Alike in looks"}
    assert checked(app("image_search", item="no such picture")).header


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"text in a .jpg", "not a picture"), (b"", "not a picture"), (CAT.read_bytes()[:900], "cut short|damaged")],
)
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
    assert checked(test).header[0].value == "Most likely: cat"
    test.button_group(key="labels_vocabulary").set_value("Your own words").run()
    test.text_area(key="labels_own").set_value("castle, kitten\nwindmill").run()
    assert checked(test).header[0].value == "Most likely: kitten"
    test.text_area(key="labels_own").set_value(" , ").run()
    assert "list of labels is empty" in checked(test).error[0].value
    test.text_area(key="labels_own").set_value("castle, qwxzv").run()
    assert "No word vector" in checked(test).warning[0].value


def test_the_map_places_the_query() -> None:
    test = app("explorer", q="violin")
    assert "Nearest to violin" in said(test)
    assert names(test)[0] == "violin"


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The bundled model without its results, in a folder of links that a test may write into."""
    for file in BUNDLED.iterdir():
        if file.name != "results.json":
            (tmp_path / file.name).symlink_to(file)
    with opened(tmp_path, monkeypatch):
        yield tmp_path


@contextmanager
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app over another folder of artifacts."""
    with monkeypatch.context() as changed:
        changed.setenv("SEMBLANCE_ARTIFACTS", str(folder))
        yield


def test_results_are_charts_and_numbers(artifacts: Path) -> None:
    (artifacts / "results.json").write_text(json.dumps(content()))
    test = app("results")
    first = test.metric[0]
    assert (first.label, first.value, first.delta) == ("hit@5 on the seed's test", "0.80", "+0.37 on the seed")
    text = said(test).replace("\\", "")
    assert any("<td>0.800 [0.700, 0.900]</td>" in each.proto.body for each in test.get("html"))
    assert "the right word is among the 5 nearest" in text
    assert "measured on another model (abc)" in text
    assert len(test.get("vega_lite_chart")) == 3  # the methods, the classes, the losses
    assert "evaluate pascal-sentences --data DATA" in test.code[0].value


def test_a_chart_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes the server 100 ms, in which nobody else is answered."""
    test, made, written = app("results"), list[object](), altair.LayerChart.to_dict

    def noted(chart: altair.LayerChart, *given: Any, **named: Any) -> dict[str, Any]:
        made.append(chart)
        return written(chart, *given, **named)

    monkeypatch.setattr(altair.LayerChart, "to_dict", noted)
    assert len(checked(test.run()).get("vega_lite_chart")) == 8
    assert not made
    test.button_group(key="protocol").set_value("stamps")
    assert len(checked(test.run()).get("vega_lite_chart")) > 3
    assert made


def test_results_that_are_not_there_or_damaged(artifacts: Path) -> None:
    test = app("results")
    assert "python -m devise_core evaluate" in test.info[0].value
    assert not test.error
    (artifacts / "results.json").write_text("{")
    test = checked(test.run())
    assert "holds no results" in test.error[0].value.replace("\\", "")
    for left in ("How it learned", "Best and worst queries of stamps", "zero-shot"):
        assert left in said(test)


def test_best_and_worst_queries_show_their_pictures() -> None:
    text = said(test := app("results")).replace("\\", "")
    assert "“birds”** · average precision 0.9" in text
    assert "4 of the first 4 are among its 35 pictures" in text
    assert {"penguin", "pigeon"} <= set(names(test))
    assert len(names(test)) == 24


def test_a_missing_model_leaves_a_sentence_on_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch):
        for page in PAGES:
            assert "manifest.json is missing" in said(app(page)).replace("\\", ""), page
