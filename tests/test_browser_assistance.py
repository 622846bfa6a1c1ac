"""What helps keyboards and screen readers: where the focus goes, what is announced, and how pictures are named."""

from __future__ import annotations

import gzip
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import open_page, tiles, wait_until_drawn

pytestmark = pytest.mark.browser
FOCUSED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element.getAttribute("aria-label") ?? element.getAttribute("role") ?? element.tagName;
}"""
"""The name of the element that has the focus, also in a component."""


def wait_for_focus(page: Page, name: str) -> None:
    page.wait_for_function(f"name => ({FOCUSED})() === name", arg=name)


def test_the_focus_returns_from_a_dialog_to_its_picture(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin&collection=stamps")
    expect(page.locator("#semblance-status")).to_be_attached()  # the component is there
    page.get_by_role("button", name="Open violin").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Similar in appearance")).to_be_visible()
    wait_until_drawn(page)
    dialog.get_by_role("button", name="Open cello").first.press("Enter")
    expect(dialog.get_by_role("heading", name="cello")).to_be_visible()
    page.wait_for_function("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    wait_for_focus(page, "Open violin")


@pytest.mark.parametrize(("button", "first"), [("Filters", "Category"), ("What can I write?", "bird near water")])
def test_the_focus_goes_into_a_popover(page: Page, address: str, button: str, first: str) -> None:
    page.goto(f"{address}/text_search?q=bird&collection=stamps")
    expect(page.locator("#semblance-status")).to_be_attached()  # the component is there
    opener = page.get_by_role("button", name=button)
    opener.press("Enter")
    body = page.get_by_test_id("stPopoverBody")
    expect(body.get_by_role("combobox").or_(body.get_by_role("button")).first).to_be_visible()
    wait_until_drawn(page)
    expect(body).to_be_focused()
    page.keyboard.press("Tab")
    expect(body.get_by_role("combobox", name=first).or_(body.get_by_role("button", name=first)).first).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_results_are_announced(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin&collection=stamps")
    status = page.locator("#semblance-status")
    expect(status).to_have_text(re.compile(r"1 of 384 pictures matches well"))
    page.get_by_role("checkbox", name="Select violin").check()
    expect(status).to_have_text("1 selected")
    box = page.get_by_role("combobox").first
    box.fill("castle")
    box.press("Enter")
    expect(status).to_have_text(re.compile("^[^_]*No picture here clearly shows “castle”"))  # and not the name of an icon
    page.goto(f"{address}/labels?item=violin&collection=stamps")
    expect(page.locator("#semblance-status")).to_have_text("Best name: violin")


def test_pictures_of_one_name_are_told_apart(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=dog&collection=photos")
    expect(tiles(page, "text").first).to_be_visible()
    names = [button.get_attribute("aria-label") for button in page.get_by_role("button", name="Open ").all()]
    assert len(set(names)) == len(names) > 3
    assert "Open dog, 2 of 4" in names
    assert (
        page.get_by_role("checkbox", name="Select dog, 2 of 4").count()
        == page.get_by_role("link", name="More like dog, 2 of 4").count()
        == 1
    )


@pytest.mark.parametrize(("path", "grid"), [("image_search?item=violin", "meaning"), ("text_search?q=bird", "text")])
@pytest.mark.parametrize("width", [780, 1024])
def test_pictures_are_large_enough_on_a_tablet(page: Page, address: str, path: str, grid: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(f"{address}/{path}&collection=stamps")
    expect(tiles(page, grid).first).to_be_visible()
    wait_until_drawn(page)
    assert page.locator(f".st-key-grid-{grid} .tile").first.evaluate("tile => tile.clientWidth") >= 90
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_selected_is_visible_with_high_contrast(browser: Browser, address: str) -> None:
    with open_page(browser, new=True, forced_colors="active") as page:
        page.goto(f"{address}/text_search?q=bird&collection=stamps")
        box = page.get_by_role("checkbox").first
        background = "input => getComputedStyle(input).backgroundColor"
        unchecked = box.evaluate(background)
        box.check()
        assert box.evaluate(background) != unchecked
        chosen, other = page.get_by_role("radio", name="Best first"), page.get_by_role("radio", name="By name")
        assert chosen.evaluate(background) != other.evaluate(background)


def test_scripts_and_pages_are_sent_compressed(address: str) -> None:
    html = urllib.request.urlopen(f"{address}/text_search").read()
    script = re.search(r'src="\./?(static/js/index[^"]+)"', html.decode())
    assert script
    for path, plain in (("text_search", html), (script[1], urllib.request.urlopen(f"{address}/{script[1]}").read())):
        with urllib.request.urlopen(urllib.request.Request(f"{address}/{path}", headers={"Accept-Encoding": "gzip"})) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in answer.headers["Vary"]
            body = answer.read()
        assert len(body) < 0.45 * len(plain)
        assert gzip.decompress(body) == plain
