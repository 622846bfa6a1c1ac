"""Every page shows an answer or a sentence for any input, and never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair
import pytest

from tests.app_testing import CAT, PAGES, ROOT, app, artifacts_at, checked, page_text, query_of, tile_names
from tests.conftest import BUNDLED
from tests.sample_results import content
from ui.home.answer import COUNT


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("collection", ["stamps", "photos"])
def test_every_page_over_every_collection(page: str, collection: str) -> None:
    test = app(page, collection=collection)
    assert test.title
    assert not test.error
    assert test.button_group(key="collection").value == collection


def test_every_script_in_the_folder_is_a_page() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"} == set(PAGES)


def test_home_shows_results_before_anything_is_typed() -> None:
    test = app()
    assert "Example: results for “bird”" in page_text(test)
    assert len(tile_names(test)) == COUNT
    assert tile_names(app(q="violin"))[0] == "violin"


def test_an_example_becomes_the_query() -> None:
    test = app()
    test.button_group(key="examples-home-0").set_value("vehicle").run()
    assert query_of(checked(test)) == "vehicle"


def test_text_search() -> None:
    test = app("text_search", q="guitar")
    assert tile_names(test)[0] == "electric guitar"
    assert "of 384 pictures match well" in page_text(test)
    assert "banjo" in page_text(test)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("🎻", "no word to search for"),
        ("dog " * 2500, "Shorten"),
        ("скрипка", "is unknown"),
        ("qwxzv", "is unknown"),
        ("<script>alert(1)</script> qwxzv", "How much each part counts|alert"),
        ("   ", "no word to search for"),
    ],
)
@pytest.mark.parametrize("page", ["home", "text_search", "explorer"])
def test_bad_queries_get_a_sentence(page: str, query: str, expected: str) -> None:
    test = app(page, q=query)
    text = page_text(test).replace("\\", "")
    assert any(part in text for part in expected.split("|"))


def test_a_misspelt_word_is_corrected_with_one_click() -> None:
    test = app("text_search", q='"vioolin"')
    assert "Did you mean violin" in page_text(test)
    button = next(button for button in test.button if button.label == "violin")
    button.click().run()
    assert query_of(checked(test)) == '"violin"'
    assert tile_names(test)[0] == "violin"


def test_ignored_words_are_named() -> None:
    assert "The search ignores words that the app does not know: qwxzv" in page_text(app("text_search", q="violin qwxzv"))


def test_image_search_from_a_link() -> None:
    test = app("image_search", item="violin")
    assert "cello" in tile_names(test)
    assert {element.value for element in test.header} == {"Similar in meaning", "Similar in appearance"}
    assert "There is no picture “no such picture”" in page_text(app("image_search", item="no such picture"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"text in a .jpg", "not an image"), (b"", "empty file"), (CAT.read_bytes()[:900], "truncated|damaged")],
)
@pytest.mark.parametrize("page", ["image_search", "labels"])
def test_an_upload_that_is_no_picture(page: str, content: bytes, expected: str) -> None:
    test = app(page)
    test.button_group(key=f"{page}_way").set_value("Upload").run()
    assert "Choose a picture" in page_text(test)
    test.file_uploader(key=f"{page}_file").set_value(("photo.jpg", content, "image/jpeg")).run()
    assert any(part in checked(test).error[0].value.replace("\\", "") for part in expected.split("|"))


@pytest.mark.parametrize("page", ["image_search", "labels"])
def test_a_refused_document_leaves_nothing_of_the_picture_before_it(page: str) -> None:
    """The browser accepts any file and leaves the check to the server, so that the page of the earlier picture does not stay."""
    test = app(page)
    test.button_group(key=f"{page}_way").set_value("Upload").run()
    test.file_uploader(key=f"{page}_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
    assert checked(test).header
    assert not test.file_uploader(key=f"{page}_file").proto.type
    test.file_uploader(key=f"{page}_file").set_value(("doc.pdf", b"%PDF-1.4 text", "application/pdf")).run()
    assert "documents are not read" in checked(test).error[0].value
    assert not test.header


def test_an_upload_is_labelled_with_custom_labels() -> None:
    test = app("labels")
    test.button_group(key="labels_way").set_value("Upload").run()
    test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
    assert checked(test).header[0].value == "Best name: cat"
    test.button_group(key="vocabulary").set_value("Your words").run()
    test.text_area(key="labels").set_value("castle, kitten\nwindmill").run()
    assert checked(test).header[0].value == "Best name: kitten"
    test.text_area(key="labels").set_value(" , ").run()
    assert "list of labels is empty" in checked(test).warning[0].value
    test.text_area(key="labels").set_value("qwxzv").run()
    assert "is unknown" in checked(test).warning[0].value


def test_a_link_restores_custom_labels() -> None:
    test = app("labels", item="violin", vocabulary="Your words", labels="castle, cello")
    assert test.header[0].value == "Best name: cello"
    test = app("labels", item="violin", vocabulary="no such vocabulary", labels="castle")
    assert test.header[0].value == "Best name: violin"


def test_the_map_shows_the_matches_of_the_query() -> None:
    test = app("explorer", q="violin")
    assert "Most similar to violin" in page_text(test)
    assert tile_names(test)[0] == "violin"


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The bundled model without its results, in a folder of links that a test may write into."""
    for file in BUNDLED.iterdir():
        if file.name != "results.json":
            (tmp_path / file.name).symlink_to(file)
    with artifacts_at(tmp_path, monkeypatch):
        yield tmp_path


def test_results_are_charts_and_numbers(artifacts: Path) -> None:
    (artifacts / "results.json").write_text(json.dumps(content()))
    test = app("results", protocol="Pascal")
    first = test.metric[0]
    assert (first.label, first.value, first.delta) == ("Right word in the top 5", "0.80", "+0.37 vs notebook")
    text = page_text(test).replace("\\", "")
    assert any("<td>0.800 [0.700, 0.900]</td>" in each.proto.body for each in test.get("html"))
    assert "how often the right word is among the 5 best" in text
    assert "measured on another model (abc)" in text
    assert len(test.get("vega_lite_chart")) == 3  # the methods, the classes and the losses
    assert "evaluate pascal-sentences --data DATA" in test.code[0].value


def test_results_begin_with_a_sentence_and_a_chart() -> None:
    test = app("results")
    share = re.match(r"For (\d+)% of the pictures, the right name is among the app's five guesses", test.header[0].value)
    assert share
    [chart] = [each.proto.body for each in test.get("html") if "shares" in each.proto.body and "<ul" in each.proto.body]
    percents = [int(number) for number in re.findall(r"<b>(\d+)%</b>", chart)]
    assert percents[0] == int(share[1])
    assert re.findall(r"<span>([^<]+)</span>", chart) == ["This app", "Without withholding", "An older method", "Random guesses"]
    assert percents[1] == max(percents)
    assert "each choose five names from the same 46" in page_text(test)
    assert not test.get("vega_lite_chart")  # the charts for researchers are drawn on request
    assert not test.metric


def test_a_chart_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing a chart takes the server 100 ms, during which it answers nobody else."""
    test, drawn, to_dict = app("results", protocol="Pascal"), list[object](), altair.LayerChart.to_dict

    def recorded(chart: altair.LayerChart, *args: Any, **kwargs: Any) -> dict[str, Any]:
        drawn.append(chart)
        return to_dict(chart, *args, **kwargs)

    monkeypatch.setattr(altair.LayerChart, "to_dict", recorded)
    assert len(checked(test.run()).get("vega_lite_chart")) == 8
    assert not drawn
    test.button_group(key="protocol").set_value("stamps")
    assert len(checked(test.run()).get("vega_lite_chart")) > 3
    assert drawn


@pytest.mark.parametrize(
    ("name", "protocol"), [("ImageNet", "imagenet"), ("The seed's test", "pascal-sentences"), ("Zero-shot", "zero-shot")]
)
def test_a_link_to_a_protocol_works_with_its_old_name_too(name: str, protocol: str) -> None:
    test = app("results", protocol=name)
    assert test.button_group(key="protocol").value == protocol
    assert f"evaluate {protocol} --data DATA" in test.code[0].value


def test_results_that_are_missing_or_damaged(artifacts: Path) -> None:
    test = app("results", protocol="Pascal")
    assert "python -m devise_core evaluate" in test.info[0].value
    assert not test.error
    (artifacts / "results.json").write_text("{")
    test = checked(test.run())
    assert "is damaged" in test.error[0].value.replace("\\", "")
    for rest in ("Training", "Best and worst queries in Cut", "zero-shot"):
        assert rest in page_text(test)


def test_best_and_worst_queries_show_their_pictures() -> None:
    text = page_text(test := app("results")).replace("\\", "")
    assert "“birds”** · 4 of the first 4 are right · average precision 0.8" in text
    assert {"penguin", "pigeon"} <= set(tile_names(test))
    assert len(tile_names(test)) == 24
    assert "A picture counts as right if" in text


def test_a_basilica_counts_as_a_building() -> None:
    text = page_text(app("results", collection="photos")).replace("\\", "")
    assert "“buildings”** · 0" not in text
    assert not re.search(r"“(people|things)”", text), "labels rarely list people, and a folder of things is no kind of thing"


def test_every_page_says_that_the_model_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with artifacts_at(tmp_path, monkeypatch):
        for page in PAGES:
            assert "manifest.json is missing" in page_text(app(page)).replace("\\", ""), page
