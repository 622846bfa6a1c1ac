"""Accessibility: axe-core finds nothing in light mode, dark mode and on a phone, and everything works by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from devise_core.storage.paths import BUNDLED_ARTIFACTS, REPOSITORY
from tests.accessibility import findings
from tests.browsing import go_to, open_page, wait_until_drawn

CAT = BUNDLED_ARTIFACTS / "collections/photos/images/cat.webp"
pytestmark = pytest.mark.browser
STYLED = "getComputedStyle(document.querySelector('.block-container')).maxWidth === '1180px'"
"""Whether the style of the pages is applied."""

PAGES = {
    "": "grid-home",
    "text_search?q=bird+-penguin&weak=1": "grid-text",
    "text_search?q=democracy": "toolbar",
    "text_search?q=%22vioolin%22": "spellings-q",
    "text_search?q=a+long+query+with+an+end+missing+-": "search-text",
    "image_search?item=violin": "grid-meaning",
    "labels?item=violin": "label-bars",
    "photos": "photos_zone",
    "explorer?q=violin": "grid-map-0",
    "words?mode=way&a=dog&b=piano": "",
    "words?q=violin": "words_found",
    "results": "",
    "results?protocol=ImageNet": "",
    "text_search?q=building&tour=1": "tour-banner",
}
"""Path of a view → key of an element that exists once the view is drawn."""


Scheme = Literal["light", "dark"]
Opener = Callable[[str, Scheme, int], Page]
VIEWS = [("light", 1280), ("dark", 1280), ("light", 390)]


@contextmanager
def opener(browser: Browser, address: str, stay: bool) -> Iterator[Opener]:
    """Yield a function that opens a path and waits until it is drawn. With ``stay``, one page serves all schemes and widths."""
    kept: list[Page] = []
    with ExitStack() as stack:

        def opened(path: str, scheme: Scheme, width: int) -> Page:
            page = kept[0] if kept else stack.enter_context(open_page(browser))
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            if not kept:
                page.goto(f"{address}/{path}")
            elif f"/{path}" != page.url.removeprefix(address):
                go_to(page, f"/{path}")
            if stay:
                kept[:] = [page]
            key = PAGES.get(path, "")
            expect(page.locator(f".st-key-{key}" if key else "h1").first).to_be_visible()
            expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
            wait_until_drawn(page)
            page.wait_for_function(STYLED)
            return page

        yield opened


@pytest.fixture
def open_at(browser: Browser, address: str) -> Iterator[Opener]:
    """Opens a path on a new page."""
    with opener(browser, address, stay=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def go_at(browser: Browser, address: str) -> Iterator[Opener]:
    """Opens a path on a page that stays open, because loading the app takes longer than everything else."""
    with opener(browser, address, stay=True) as opened:
        yield opened


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
@pytest.mark.parametrize("path", PAGES)
def test_no_finding(go_at: Opener, path: str, scheme: Scheme, width: int) -> None:
    page = go_at(path, scheme, width)
    assert not findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_no_finding_in_the_report(browser: Browser, scheme: Scheme, width: int) -> None:
    with open_page(browser) as page:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((REPOSITORY / "docs" / "report.html").as_uri())
        assert not findings(page)


def test_no_finding_in_an_opened_hit(open_at: Opener) -> None:
    page = open_at("text_search?q=violin", "light", 1280)
    page.get_by_role("button", name="Open violin").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="violin")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("Similar in appearance")).to_be_visible()
    wait_until_drawn(page)
    assert not findings(page)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("button", ["What can I write?", "Filters", "Minimum similarity: ", "Select all on this page"])
def test_no_finding_in_a_popover(open_at: Opener, button: str, scheme: Scheme, width: int) -> None:
    page = open_at("text_search?q=bird", scheme, width)
    page.get_by_role("button", name=button).first.click()
    opened = page.get_by_test_id("stPopoverBody").or_(page.locator(".st-key-tray"))
    expect(opened.locator("button, input, [role=slider]").first).to_be_visible()
    wait_until_drawn(page)
    assert not findings(page)


def test_no_finding_with_uploads(open_at: Opener) -> None:
    page = open_at("photos", "dark", 390)
    page.get_by_role("button", name="Choose pictures").wait_for()
    page.locator(".st-key-photos_zone input[type=file]").set_input_files([CAT, REPOSITORY / "README.md"])
    expect(page.get_by_role("heading", name="1 picture")).to_be_visible()
    wait_until_drawn(page)
    assert not findings(page)


def tab_to(page: Page, element: Locator) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if element.evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError("Tab does not reach it")


def test_search_by_keyboard(open_at: Opener) -> None:
    page = open_at("text_search", "light", 1280)
    box = page.get_by_role("combobox")
    tab_to(page, box)
    page.keyboard.type("violi")
    expect(page.get_by_role("option").first).to_have_text("violin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tile = page.get_by_role("button", name="Open violin")
    expect(tile).to_be_visible()
    wait_until_drawn(page)  # until then, an element above the tile may be drawn again while it has the focus
    tab_to(page, tile)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_motion_can_be_turned_off(browser: Browser, address: str) -> None:
    with open_page(browser) as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{address}/text_search?q=bird")
        tile = page.locator(".st-key-grid-text .tile").first
        expect(tile).to_be_visible()
        assert tile.evaluate("tile => getComputedStyle(tile).transitionDuration") == "0s"
