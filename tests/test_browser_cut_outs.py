"""Tiles in a real browser: cut-outs on a dark page, titles that can be read, and pictures that nothing covers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import open_page, wait_until_drawn

pytestmark = pytest.mark.browser
GROUND = "image => getComputedStyle(image).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
LIGHT = 150
"""From 0 to 255. A black silhouette is easy to see on a background that is at least this light."""


@pytest.mark.parametrize("path", ["text_search?q=animal", "image_search?item=blackcat", "text_search?q=cat&open=blackcat", ""])
def test_cut_outs_have_a_light_ground_on_a_dark_page(browser: Browser, address: str, path: str) -> None:
    with open_page(browser, color_scheme="dark") as page:
        page.goto(f"{address}/{path}{'&' if '?' in path else '?'}collection=stamps")
        pictures = page.locator(".tile.whole img")
        expect(pictures.first).to_be_visible()
        wait_until_drawn(page)
        grounds = [each.evaluate(GROUND) for each in pictures.all()[:6]]
        assert grounds and min(min(ground) for ground in grounds) >= LIGHT


def test_nothing_covers_a_picture_and_its_title_can_be_read(phone: Page, page: Page, address: str) -> None:
    for screen in (phone, page):
        screen.goto(f"{address}/text_search?q=bird of prey&collection=photos")
        tile = screen.locator(".tile").filter(has_text="northern harrier").first
        expect(tile.get_by_role("checkbox")).to_be_visible()
        picture, checkbox = tile.locator("img").bounding_box(), tile.locator(".select").bounding_box()
        assert picture and checkbox and checkbox["y"] >= picture["y"] + picture["height"]
        assert tile.locator(".name").evaluate(
            "name => name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight + 1"
        )


def test_the_first_results_are_in_view_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(f"{address}/text_search?q=animal&collection=photos")
    expect(phone.locator(".tile").first).to_be_visible()
    wait_until_drawn(phone)
    first = phone.locator(".tile").first.bounding_box()
    assert first and first["y"] < 540
