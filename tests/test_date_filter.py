"""Photos are sorted by date, and filtered by year, month and day."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from devise_core import Engine, load_engine
from devise_core.cli.main import main
from devise_core.collections.writer import write_collection
from devise_core.errors import QueryError
from devise_core.search.conditions import TakenIn
from devise_core.storage.paths import CollectionLayout
from tests.app_testing import app, checked, tile_names, tiles, unopened
from tests.fakes import image_file
from tests.json_output import read_output


@pytest.fixture
def albums(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection ``albums`` of six pictures and an undated copy of one of them. Four pictures have a date."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    layout, collection = CollectionLayout(tmp_path / "albums"), engine.collection
    layout.images.mkdir(parents=True)
    rows = [collection.row(each) for each in ("cello", "violin", "cello", "trumpet", "drumkit", "horse", "sombrero")]
    taken = ("", "2019-05-03T14:22:05", "2021-07-01T08:00:00", "", "2020-01-31", "2020-12-24T18:30:00", "")
    items = [replace(collection.items[row], taken=date) for row, date in zip(rows, taken, strict=True)]
    items[0] = replace(items[0], id="cello-copy", file="images/cello-copy.webp")
    for row, item in zip(rows, items, strict=True):
        shutil.copy(image_file(collection, row), layout.root / item.file)
    write_collection(layout, items, collection.features[rows], collection.embeddings[rows], engine.model_id, "a test")


@pytest.mark.usefixtures("albums")
def test_the_page_sorts_by_date_and_filters_by_year() -> None:
    shown = {"collection": "albums", "q": "musical instrument", "weak": "1"}
    assert tile_names(app("text_search", **shown, sort="date")) == ["cello", "horse", "drum kit", "violin", "trumpet", "sombrero"]
    assert [tile["date"] for tile in tiles(app("text_search", **shown, sort="date"))][::3] == ["1 Jul 2021", "3 May 2019"]
    assert tiles(app("text_search", **shown, sort="date"))[-1]["date"] == "no date"
    newest, best = ([tile["id"] for tile in tiles(app("text_search", **shown, sort=order))] for order in ("date", "score"))
    assert ("cello" in newest, "cello-copy" in newest, "cello" in best, "cello-copy" in best) == (True, False, False, True)
    assert "date" not in tiles(app("text_search", **shown))[0]
    assert sorted(tile_names(app("text_search", **shown, year="2020"))) == ["drum kit", "horse"]
    test = unopened("text_search", **shown)
    test.session_state["filters"] = True  # as a click on the button does
    test.run()
    year = test.multiselect(key="view-year-0")
    assert (year.label, year.options) == ("Year", ["2021", "2020", "2019"])
    year.set_value(["2019", "2021"]).run()
    assert sorted(tile_names(checked(test))) == ["cello", "violin"]


@pytest.mark.usefixtures("albums")
def test_a_collection_without_dates_offers_none() -> None:
    test = unopened("text_search", q="violin", sort="date", year="2019")
    test.session_state["filters"] = True
    checked(test.run())
    assert [select.label for select in test.multiselect] == ["Category", "Label", "Exclude categories", "Exclude labels"]
    assert any("has the year “2019”" in caption.value for caption in test.caption)
    assert tile_names(test)[0] == "violin"


@pytest.mark.usefixtures("albums")
@pytest.mark.parametrize("typed", ["instrument in 2019", "2019 instrument", "instrument during 2019"])
def test_a_year_in_the_query_is_offered_as_a_filter(typed: str) -> None:
    test = app("text_search", collection="albums", q=typed, weak="1")
    [offer] = [button for button in test.button if "photos from" in button.label]
    assert offer.label == "Show only photos from 2019"
    checked(offer.click().run())
    assert (test.query_params["q"], test.query_params["year"], test.query_params["weak"]) == ("instrument", "2019", "1")
    assert tile_names(test) == ["violin"]
    test = app("text_search", collection="albums", q=typed, year="2019")
    assert not any("photos from" in button.label for button in test.button)  # the filter is on


@pytest.mark.usefixtures("albums")
@pytest.mark.parametrize(("collection", "typed"), [("albums", "instrument 2018"), ("stamps", "instrument 2019")])
def test_a_year_without_photos_is_not_offered(collection: str, typed: str) -> None:
    assert not any("photos from" in button.label for button in app("text_search", collection=collection, q=typed).button)


@pytest.mark.usefixtures("albums")
def test_the_command_filters_by_date(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["search", "musical instrument", "--collection", "albums"]
    assert main([*command, "--taken", "2020", "--taken", "2019-05-03", "--json"]) == 0
    answer = read_output(capsys.readouterr().out)
    assert answer["filters"] == {"taken": ["2020", "2019-05-03"]}
    assert {hit["taken"][:4] for hit in answer["hits"]} == {"2019", "2020"} and len(answer["hits"]) == 3
    assert main([*command, "--taken", "2031"]) == 1
    assert capsys.readouterr().err == "semblance: No photo of albums was taken in 2031. Its photos are from 2019 to 2021.\n"
    assert main([*command, "--taken", "2019", "--taken", "2019-13"]) == 1
    assert capsys.readouterr().err.endswith("“2019-13” is not a date. Write it as 2019, 2019-05 or 2019-05-03.\n")
    assert main([*command, "--taken", "2031", "--taken", "2019", "--json"]) == 0
    assert [hit["id"] for hit in read_output(capsys.readouterr().out)["hits"]] == ["violin"]
    assert main(["collections", "show", "albums", "--json"]) == 0
    assert read_output(capsys.readouterr().out)["years"] == {"2019": 1, "2020": 2, "2021": 1}
    assert main(["collections", "show", "albums"]) == 0 and "years        2019 1, 2020 2, 2021 1\n" in capsys.readouterr().out
    assert main(["collections", "show", "stamps"]) == 0 and "years" not in capsys.readouterr().out
    assert main(["search", "violin", "--collection", "stamps", "--taken", "2019"]) == 1
    assert "Its images have no dates." in capsys.readouterr().err


@pytest.mark.usefixtures("albums")
def test_the_engine_filters_by_date() -> None:
    engine = load_engine(collection="albums")
    assert [hit.id for hit in engine.search_text("animal", where=TakenIn("2020-12"))] == ["horse"]
    with pytest.raises(QueryError, match="“2020-5” is not a date. Write it as 2019, 2019-05 or 2019-05-03."):
        engine.search_text("animal", where=~TakenIn("2020-5"))
    with pytest.raises(QueryError, match="A condition is"):
        engine.search_text("animal", where=TakenIn(2020))  # type: ignore[arg-type]
