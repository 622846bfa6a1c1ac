"""Every page for every visitor: no serious finding of axe-core, in light, dark and on a phone; all of it by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PAGES = {
    "": "grid-home", "text_search?q=bird+-penguin&weak=1": "grid-text", "text_search?q=democracy": "toolbar", "text_search?q=vioolin": "spellings-q",
    "image_search?item=violin": "grid-meaning", "labels?item=violin": "label-bars", "photos": "", "explorer?q=violin": "",
    "words?mode=way&a=dog&b=piano": "", "words?q=violin": "", "results": "", "text_search?q=avian&tour=1": "tour-banner"}
"""The path of a view, and the key of an element that is there once it is drawn."""


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[object]:
    pages: list[Page] = []

    def open_at(path: str, scheme: Literal["light", "dark"], width: int) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        page.goto(f"{address}/{path}")
        key = PAGES.get(path, "")
        expect(page.locator(f".st-key-{key}" if key else "h1").first).to_be_visible()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        page.wait_for_function("getComputedStyle(document.querySelector('.block-container')).maxWidth === '1180px'")  # the style is in
        return page

    yield open_at
    for page in pages:
        page.close()


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found if each["impact"] in ("serious", "critical")
            for node in each["nodes"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
@pytest.mark.parametrize("path", PAGES)
def test_no_serious_finding(opened, path: str, scheme: Literal["light", "dark"], width: int) -> None:  # type: ignore[no-untyped-def]
    page = opened(path, scheme, width)
    assert not serious(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_serious_finding_in_an_opened_hit(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("text_search?q=violin", "light", 1280)
    page.get_by_role("button", name="Open violin").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="violin")).to_be_visible()
    page.wait_for_timeout(500)
    assert not serious(page)


def test_a_search_by_keyboard_alone(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("text_search", "light", 1280)
    box = page.get_by_role("combobox")
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("box => box.getRootNode().activeElement === box"):
            break
    page.keyboard.type("violi")
    expect(page.get_by_role("option").first).to_have_text("violin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tile = page.get_by_role("button", name="Open violin")
    expect(tile).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if tile.evaluate("tile => tile.getRootNode().activeElement === tile"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_motion_can_be_turned_off(browser: Browser, address: str) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{address}/text_search?q=bird")
    tile = page.locator(".st-key-grid-text .tile").first
    expect(tile).to_be_visible()
    assert tile.evaluate("tile => getComputedStyle(tile).transitionDuration") == "0s"
    page.close()
