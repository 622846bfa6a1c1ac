"""Groups of pictures that a visitor selects with the lasso of the map, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import open_map
from tests.map_gestures import centre, draw_region

pytestmark = pytest.mark.browser


def test_a_lasso_collects_pictures_and_a_link_restores_it(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=violin")
    expect(page.locator(".st-key-picture-card")).to_be_visible()
    draw_region(page, view, "Lasso pictures")
    heading = page.get_by_role("heading", name="pictures in the region")
    expect(heading).to_be_visible()
    expect(page.locator(".st-key-picture-card")).to_have_count(0)  # the card would be above the pictures of the region
    expect(page.locator(".st-key-grid-region img").first).to_be_visible()
    expect(page.get_by_text("Most frequent labels")).to_be_visible()
    expect(page.get_by_text("What its pictures show")).to_be_visible()
    count = int(view.get_attribute("data-selected") or 0)
    assert 20 < count < 384
    assert heading.inner_text().startswith(f"{count} ")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("id,name,cosine")
    assert len(lines) == count + 1
    page.reload()
    expect(view).to_have_attribute("data-selected", str(count))
    expect(view.locator("polygon")).to_have_attribute("points", re.compile(r"\d"))
    page.get_by_role("button", name="Clear", exact=True).last.click()
    expect(heading).to_have_count(0)


def test_a_lasso_that_ends_on_a_point_selects_a_group(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(view).to_have_attribute("data-item", "")
    x, y = centre(view.locator(".stage"))  # the point of the picture is here
    view.get_by_role("button", name="Lasso pictures").click()
    page.mouse.move(x, y)
    page.mouse.down()
    for across, down in ((200, 0), (0, 150), (-200, 0), (0, 0)):
        page.mouse.move(x + across, y + down, steps=6)
    page.mouse.up()
    expect(page.get_by_role("heading", name="in the region")).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]region="))
    expect(view).to_have_attribute("data-item", "")
    assert page.locator(".st-key-picture-card").count() == 0
