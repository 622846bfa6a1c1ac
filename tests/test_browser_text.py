"""The text search page in a real browser: the view in the link, Back and Forward, the selection and its downloads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import tiles
from ui.tour import STEPS

pytestmark = pytest.mark.browser


def test_the_whole_view_is_in_the_link(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1&k=48&p=2&sort=name&no=penguin&collection=stamps")
    expect(tiles(page, "text")).to_have_count(48)
    first = tiles(page, "text").first.inner_text()
    expect(page.get_by_role("button", name="Filters")).to_be_visible()
    expect(page.get_by_text("1 active")).to_be_visible()
    page.reload()
    expect(tiles(page, "text").first).to_have_text(first)
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_text("penguin")).to_be_visible()  # the filter shows its value


def test_back_undoes_a_choice(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    expect(tiles(page, "text").first).to_have_text("pigeon")
    strong = tiles(page, "text").count()
    page.get_by_text("Show all weak matches").click()
    expect(tiles(page, "text")).to_have_count(24)
    expect(page).to_have_url(re.compile("weak=1"))
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page).to_have_url(re.compile("p=2"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("p=2"))
    expect(tiles(page, "text").first).to_have_text("pigeon")
    page.go_back()
    expect(tiles(page, "text")).to_have_count(strong)
    page.go_forward()
    expect(tiles(page, "text")).to_have_count(24)


def test_select_and_download(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(f"{address}/text_search?q=musical instrument")
    for name in ("drum kit", "violin"):
        page.get_by_label(f"Select {name}", exact=True).check()
    expect(page.get_by_text("2 selected").first).to_be_in_viewport()  # it stays in view on a long page
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "selected.csv")
    with (tmp_path / "selected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["drum kit", "violin"]
    assert min(float(row["cosine"]) for row in rows) > 0.5


def test_a_spelling_corrects_the_query_and_an_error_is_explained(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=%22vioolin%22")
    page.get_by_role("button", name="violin", exact=True).click()
    expect(page).to_have_url(f"{address}/text_search?q=%22violin%22")
    expect(tiles(page, "text").first).to_have_text("violin")
    box = page.get_by_role("combobox")
    box.fill('horse "saddle')
    box.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("quote")


def test_the_tour(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Take the two-minute tour").click()
    expect(page).to_have_url(re.compile(r"/text_search\?.*tour=1"))
    for number, step in enumerate(STEPS[1:], start=2):
        way = f"Next: {step.title}"
        page.get_by_role("link", name=way).or_(page.get_by_role("button", name=way)).click()
        expect(page.get_by_text(f"{number} of {len(STEPS)}")).to_be_visible()
        expect(page).to_have_url(re.compile(rf"/{step.page}\?.*tour={number}"))
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    end = page.get_by_role("link", name="End the tour")
    expect(end).to_have_count(1)
    end.click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(address)}/(\?collection=photos)?$"))


def test_a_click_on_a_tile_shows_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin")
    open_violin = page.get_by_role("button", name="Open violin")
    expect(open_violin).to_be_visible()
    assert open_violin.evaluate("button => { button.click(); return button.closest('li').getAttribute('aria-busy'); }") == "true"
    expect(page.get_by_role("dialog")).to_be_visible()


def test_another_page_of_results_begins_at_its_top(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    before = tiles(page, "text").first.inner_text()
    page.set_viewport_size({"width": 1280, "height": 600})
    second = page.get_by_role("button", name="Page 2", exact=True)
    second.scroll_into_view_if_needed()
    expect(page.locator(".st-key-grid-text .tile").first).not_to_be_in_viewport()
    second.click()
    expect(page).to_have_url(re.compile("p=2"))
    expect(tiles(page, "text").first).not_to_have_text(before)
    expect(page.locator(".st-key-grid-text .tile").first).to_be_in_viewport()
