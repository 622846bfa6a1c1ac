"""The report shows everything, loads nothing from outside the file and escapes every value."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from devise_core import Engine
from devise_core.cli import main
from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexing import index_folder
from devise_core.errors import BuildError
from devise_core.report import page as report_page
from devise_core.report.content import (
    HITS,
    LABELLED,
    METHODS,
    NEIGHBOURS,
    QUERIES,
    ReportContent,
    collect,
    run_query,
    typical_images,
)
from devise_core.report.page import read_tables, render, write_report
from devise_core.report.tiles import LONGEST, file_tile
from devise_core.results import Cell, Table
from tests.conftest import BUNDLED
from tests.fakes import ColourEncoder
from tests.json_output import read_output

MARKUP = "<script>alert('x')</script>\"><img src=http://x onerror=y>"
RESULTS = {
    "made_by": "evaluate",
    "model": "another",
    "per_class": {},
    "references": [],
    "tables": [
        {
            "title": "Hits",
            "note": "a note",
            "columns": ["method", "k = 5"],
            "protocol": "p",
            "queries": 9,
            "rows": [[{"text": "DeViSE"}, {"value": 0.78, "low": 0.7, "high": 0.8}], [{"text": "softmax"}, {"text": "cannot"}]],
        }
    ],
}


class Elements(HTMLParser):
    """Counts the tags and keeps the attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())

    def of(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def content(engine: Engine, photos: Engine) -> ReportContent:
    return collect([photos, engine])


@pytest.fixture(scope="module")
def html(content: ReportContent) -> str:
    return render(content, [])


def test_one_file_that_loads_nothing(html: str) -> None:
    page = Elements(html)
    assert not page.tags.keys() & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("srcset", "background", "action")]
    assert all(source.startswith("data:image/webp;base64,") for source in page.of("src"))
    assert not {"url(", "@import"} & {part for part in ("url(", "@import") if part in html}
    assert all(link.startswith(("#", "https://")) for link in page.of("href"))
    assert len(html.encode()) < 10_000_000


def test_all_content_is_shown(html: str, content: ReportContent) -> None:
    page = Elements(html)
    assert QUERIES == ("aeroplane", "avian", "ocean", "street", "horse jockey", "bird near water")
    assert {f"“{query}”" for query in QUERIES} <= set(page.text)
    assert {"horse", "jockey", "By meaning", "By looks", "By labels", "From Photographs", "Other pictures"} <= set(page.text)
    pictures = len(QUERIES) * HITS + 2 * LABELLED + len(content.similar) * (1 + len(METHODS) * NEIGHBOURS)
    assert page.tags["img"] == page.tags["figure"] == pictures == len(page.of("alt"))
    assert "table" not in page.tags
    assert "prefers-color-scheme: dark" in html


def test_author_and_licence_are_shown_below_each_picture(html: str, photos: Engine) -> None:
    first = photos.search_text("castle", 1)[0]
    assert first.author  # every bundled photograph has one
    page = Elements(html)
    assert page.text.count("CC0-1.0") + page.text.count("GPL-2.0") > 20
    assert any(link.startswith("https://commons.wikimedia.org/") for link in page.of("href"))
    assert not [text for text in page.text if text.startswith("Debian tuxpaint")]


def test_query_results_come_from_all_collections(content: ReportContent, engine: Engine, photos: Engine) -> None:
    avian = content.queries[1]
    hits = [hit for each in (photos, engine) for hit in each.search_text("avian", 8)]
    best = sorted(hits, key=lambda hit: -hit.score)[:8]
    assert [(tile.name, tile.cosine) for tile in avian.tiles] == [(hit.name, hit.cosine) for hit in best]
    assert avian.tiles[0].name == "seagull"
    assert run_query([engine], "qwxzv").reading is None


def test_an_image_is_not_similar_to_itself(content: ReportContent, photos: Engine) -> None:
    assert [image.inside for image in content.similar] == [True, True, False, False]
    image = content.similar[0]
    row = [item.caption for item in photos.collection.items].index(image.tile.title)
    for (by, *_), (_, _, tiles) in zip(METHODS, image.rows, strict=True):
        assert image.tile.data not in [tile.data for tile in tiles]
        if by != "labels":
            assert [tile.cosine for tile in tiles] == pytest.approx(
                [hit.cosine for hit in photos.more_like(photos.collection.items[row].id, NEIGHBOURS, by)], abs=1e-5
            )


def test_a_named_file_is_labelled_and_compared(engine: Engine, tmp_path: Path) -> None:
    shutil.copy(BUNDLED / "collections/photos/images/cat.webp", tmp_path / "holiday.webp")
    content = collect([engine], [tmp_path / "holiday.webp"])
    assert (content.outside[0].tile.name, content.outside[0].labels[0].word) == ("holiday", "cat")
    assert content.similar[2].tile.name == "holiday"
    assert any("cat" in tile.name for tile in content.similar[2].rows[0][2])
    assert str(tmp_path) not in render(content, [])


def test_every_value_is_escaped(content: ReportContent, html: str) -> None:
    tile = replace(content.queries[0].tiles[0], name=MARKUP, title=MARKUP, author=MARKUP, licence=MARKUP)
    query = replace(content.queries[0], query=MARKUP, tiles=[tile] * HITS)
    hostile = replace(content, queries=[query, *content.queries[1:]], names=[MARKUP])
    tables = [Table(MARKUP, MARKUP, (MARKUP,), ((Cell(text=MARKUP),),))]
    page, plain = Elements(render(hostile, tables, MARKUP)), Elements(html)
    assert "script" not in page.tags
    assert page.tags["img"] == plain.tags["img"]
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    # Names, titles and licences, then the table and the remark. An author has a dot after it.
    assert page.text.count(MARKUP) == 3 * HITS + 5


def test_cut_out_is_detected_by_its_white_border(tmp_path: Path) -> None:
    white = np.full((400, 600, 3), 255, np.uint8)
    white[100:300, 100:500] = 0
    Image.fromarray(white).save(tmp_path / "cut <out>.png")
    Image.fromarray(255 - white).save(tmp_path / "full.png")
    tiles = [file_tile(tmp_path / name) for name in ("cut <out>.png", "full.png")]
    assert [(tile.name, tile.cut_out) for tile in tiles] == [("cut <out>", True), ("full", False)]
    assert LONGEST == 288


def test_small_collection_shows_all_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    (tmp_path / "photos").mkdir()
    for name in ("red", "green", "blue"):
        Image.new("RGB", (40, 40), name).save(tmp_path / f"photos/{name}.png")
    made = index_folder(tmp_path / "photos", "three", ColourEncoder())
    opened = FolderCollection.open(made.folder)
    assert {image.tile.name for image in typical_images(opened, 6)} == {item.name for item in opened.items}


def test_tables_are_shown_unchanged(content: ReportContent, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert read_tables(path, "this") == ("", ())
    path.write_text(json.dumps(RESULTS))
    remark, tables = read_tables(path, "this")
    html = Elements(render(content, tables, remark).replace("\N{NO-BREAK SPACE}", " "))
    assert remark.replace("`", "").replace(" ", "") in "".join(html.text).replace(" ", "")
    assert {"Results", "Hits", "a note", "k = 5", "DeViSE", "0.780 [0.700, 0.800]", "cannot"} <= set(html.text)
    assert (html.tags["tr"], html.of("class").count("number")) == (3, 3)
    assert "another model" in remark
    assert read_tables(path, "another") == ("", tables)


def test_report_over_the_limit_is_not_written(content: ReportContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "MOST_BYTES", 1000)
    with pytest.raises(BuildError, match="fewer images"):
        write_report(tmp_path / "report.html", content, [])
    assert not list(tmp_path.iterdir())


def test_command_writes_the_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "new/report.html"
    (tmp_path / "tables.json").write_text(json.dumps(RESULTS))
    assert main(["report", "--out", str(out), "--collection", "stamps", "--results", str(tmp_path / "tables.json"), "--json"]) == 0
    said = read_output(capsys.readouterr().out)
    assert (said["bytes"], said["tables"], said["collections"]) == (out.stat().st_size, ["Hits"], ["stamps"])
    assert "Other pictures" not in out.read_text("utf-8")
    assert main(["report", "--out", str(out), "--picture", "none.jpg"]) == 1
    assert "no file" in capsys.readouterr().err


def test_queries_of_another_collection_are_those_that_it_answers(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    shutil.copytree(BUNDLED / "collections/stamps", tmp_path / "mine")
    report = ("report", "--collection", "mine", "--out", str(tmp_path / "report.html"), "--json")
    assert main(report) == 0
    chosen = read_output(capsys.readouterr().out)["queries"]
    assert len(chosen) == 6
    assert all(len(engine.matches(engine.query(text)).strong()) >= 2 for text in chosen)
    assert main([*report, "--query", "violin"]) == 0
    assert read_output(capsys.readouterr().out)["queries"] == ["violin"]
    assert "“violin”" in (tmp_path / "report.html").read_text("utf-8")


def test_commands_in_notes_are_code(content: ReportContent) -> None:
    table = Table("A <title>", "Run `train --out <OUT>` first.", ("method", "hit@1"), ((Cell(text="x"), Cell(0.5)),))
    html = render(content, [table], "See `doctor`.")
    assert "Run <code>train --out &lt;OUT&gt;</code> first." in html
    assert "<p>See <code>doctor</code>.</p>" in html
    assert "`" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_wide_tables_fit_the_window(page: Page, content: ReportContent, width: int, tmp_path: Path) -> None:
    _, tables = read_tables(BUNDLED / "results.json")
    path = tmp_path / "report.html"
    path.write_text(render(content, tables), "utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width == 1280:
        wide = page.locator(".scroll").evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth).length")
        assert wide == 0
