"""The panel beside the map, the wheel, and the names that cover nothing, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import open_map
from tests.map_gestures import centre, draw_region

pytestmark = pytest.mark.browser

OVERLAPS = """(view) => {
  const boxes = [...view.querySelectorAll(".overlay span:not([hidden]), .overlay img")].map((each) => [each.tagName, each.getBoundingClientRect()]);
  return boxes.flatMap(([tag, a], at) => boxes.slice(at + 1).filter(([other, b]) => (tag === "SPAN" || other === "SPAN")
    && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
}"""
"""How many pairs of names, or of a name and a thumbnail, overlap."""

PLACES = """async () => {
  const url = performance.getEntriesByType("resource").map(({ name }) => name).find((name) => name.endsWith("/map/placement.js"));
  const { roomOn } = await import(url), points = Array.from({ length: 90 }, (_, at) => [(at * 137) % 600, (at * 71) % 400]);
  const room = roomOn(600, 400, points.map(([x, y]) => [x - 6, y - 6, x + 6, y + 6])), placed = [];
  for (const [x, y] of points.slice(0, 60)) {
    const moved = room.take(x, y, 40, 14, 70);
    if (moved) placed.push([x + moved[0], y + moved[1]]);
  }
  const covering = placed.filter(([x, y]) => points.some(([px, py]) => Math.abs(px - x) < 26 && Math.abs(py - y) < 13));
  const together = placed.filter(([x, y], at) => placed.some(([ox, oy], other) => other !== at && Math.abs(ox - x) < 40 && Math.abs(oy - y) < 14));
  return [placed.length, covering.length, together.length];
}"""
"""How many names find a place among points, cover a point, and cover another name."""


def expect_in_view(page: Page, *parts: Locator) -> None:
    """Wait until each part is in the window as a whole."""
    for part in parts:
        expect(part).to_be_visible()
        expect(part).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


def test_a_click_answers_in_view(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    card = page.locator(".st-key-picture-card")
    expect_in_view(page, card.get_by_role("heading"), card.locator("img").first, card.get_by_text("Best matching words"))
    expect_in_view(page, page.locator(".st-key-map-actions").get_by_role("link"), card.get_by_role("button", name="Why it matches"))
    actions = page.locator(".st-key-map-actions")
    why, more = (actions.get_by_text(text, exact=True).bounding_box() for text in ("Why it matches", "More like this"))
    assert why and more
    assert abs(why["y"] + why["height"] / 2 - more["y"] - more["height"] / 2) < 3  # in one line
    expect_in_view(page, view.locator(".stage"))


def test_a_lasso_answers_in_view(page: Page, address: str) -> None:
    view = open_map(page, address)
    expect(page.get_by_text("Nothing is selected")).to_be_visible()
    expect_in_view(page, page.locator(".legend"))
    draw_region(page, view, "Lasso pictures")
    expect_in_view(page, page.get_by_role("heading", name="pictures in the region"), page.get_by_text("What its pictures show"))


def test_a_search_answers_in_view(page: Page, address: str) -> None:
    open_map(page, address, "?q=violin")
    expect_in_view(page, page.get_by_role("heading", name="Most similar to violin"), page.locator(".st-key-grid-map-0 img").first)


def test_a_tap_answers_in_a_sheet(phone: Page, address: str) -> None:
    view = open_map(phone, address)
    sheet = phone.locator(".st-key-map-answer")
    expect(sheet).to_have_count(0)
    view.locator(".stage").scroll_into_view_if_needed()
    view.locator("summary").click()
    view.locator(".list li button").first.click()
    expect(sheet.get_by_role("heading")).to_be_in_viewport(ratio=1)
    box = sheet.bounding_box()
    assert box
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    assert box["y"] > 0.45 * 844  # the map is visible above it
    assert box["width"] == 390
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)


def test_a_search_leaves_the_map_of_a_phone_in_view(phone: Page, address: str) -> None:
    view = open_map(phone, address, "?q=violin")
    stage = view.locator(".stage").bounding_box()
    results = phone.get_by_role("heading", name="Most similar to violin").bounding_box()
    assert stage
    assert results
    assert results["y"] >= stage["y"] + stage["height"]


def test_the_wheel_zooms_only_over_the_map(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    expect(view.locator(".hint")).to_have_text("Scroll to zoom, drag to move, click a picture")
    seen = str(view.get_attribute("data-seen"))
    panel = page.locator(".st-key-map-panel")
    panel.hover()
    page.mouse.wheel(0, 200)
    page.wait_for_function("document.querySelector('.st-key-map-panel').scrollTop > 100")
    expect(view).to_have_attribute("data-seen", seen)
    page.mouse.move(*centre(view.locator(".stage")))
    page.mouse.wheel(0, 300)
    expect(view).not_to_have_attribute("data-seen", seen)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


def test_names_cover_no_point_and_no_name(page: Page, address: str) -> None:
    view = open_map(page, address)
    placed, covering, together = page.evaluate(PLACES)
    assert placed > 5
    assert (covering, together) == (0, 0)
    expect(view).to_have_attribute("data-labels", re.compile(r"[1-9]"))
    assert view.evaluate(OVERLAPS) == 0


def test_names_cover_no_thumbnail(page: Page, address: str) -> None:
    view = open_map(page, address, "?collection=photos&item=dolphin")
    expect(view).to_have_attribute("data-thumbnails", re.compile(r"[1-9]"))
    assert view.locator(".overlay span").filter(visible=True).count() > 0
    assert view.evaluate(OVERLAPS) == 0


def test_a_search_closes_the_picture_that_was_open(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    expect(view).to_have_attribute("data-item", "tennis-racket")
    box = page.get_by_role("combobox", name="Search")
    box.fill("violin")
    box.press("Enter")
    expect(page.get_by_role("heading", name="Most similar to violin")).to_be_visible()
    expect(page.locator(".st-key-picture-card")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("item="))
