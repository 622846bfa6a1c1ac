"""A slow connection: what the visitor does while answers are on their way is kept, and every click counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import tiles

pytestmark = pytest.mark.browser

LATE = 300  # ms
SLOW = f"""(() => {{ const Socket = WebSocket, later = (callback) => (event) => setTimeout(() => callback(event), {LATE});
  window.WebSocket = class extends Socket {{
    set onmessage(callback) {{ super.onmessage = later(callback); }}
    addEventListener(name, callback, options) {{ super.addEventListener(name, name === "message" ? later(callback) : callback, options); }} }}; }})()"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that gets every answer late."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.add_init_script(SLOW)
    yield page
    page.close()


def test_every_selected_tile_stays_selected(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    boxes = page.locator(".st-key-grid-text input[type=checkbox]")
    expect(boxes.nth(5)).to_be_attached()
    for place in range(6):
        boxes.nth(place).evaluate("box => box.click()")
        page.wait_for_timeout(0.5 * LATE)
    expect(page.get_by_text("6 selected")).to_be_visible()
    assert boxes.evaluate_all("boxes => boxes.filter((box) => box.checked).length") == 6
    page.locator(".st-key-tray").get_by_role("button", name="Clear").click()
    expect(page.locator(".st-key-grid-text input:checked")).to_have_count(0)


def test_the_search_box_keeps_the_last_query(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search")
    box = page.get_by_role("combobox", name="Search")
    seen = []
    for query in ("horse", "violin", "castle"):
        box.fill(query)
        box.press("Enter")
        for _ in range(5):
            page.wait_for_timeout(0.1 * LATE)
            seen.append((query, box.input_value()))
    expect(page).to_have_url(f"{address}/text_search?q=castle")
    for _ in range(5):
        page.wait_for_timeout(0.2 * LATE)
        seen.append(("castle", box.input_value()))
    assert all(written == shown for written, shown in seen)


def choose_option(page: Page, control: str, *options: str) -> None:
    for option in options:
        page.get_by_role("combobox", name=control, exact=True).fill(option)
        page.get_by_role("option", name=option, exact=True).click()


def test_a_filter_is_not_undone_by_an_earlier_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    page.get_by_role("button", name="Filters").click()
    choose_option(page, "In a category", "clothes")
    choose_option(page, "With a label", "sombrero", "sock")
    choose_option(page, "Without a label", "sock")
    expect(tiles(page, "text")).to_have_text(["sombrero"])
    page.wait_for_timeout(3 * LATE)
    expect(tiles(page, "text")).to_have_text(["sombrero"])
    for part in ("in=clothes", "label=sombrero", "label=sock", "no=sock"):
        expect(page).to_have_url(re.compile(part))


def test_a_filter_removed_by_back_does_not_return(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    page.get_by_role("button", name="Filters").click()
    choose_option(page, "With a label", "sombrero")
    expect(tiles(page, "text")).to_have_text(["sombrero"])
    page.keyboard.press("Escape")  # the list of options
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.go_back()
    expect(tiles(page, "text")).to_have_count(24)
    page.get_by_text("By name", exact=True).click()
    expect(page).to_have_url(f"{address}/text_search?q=bird&weak=1&sort=name")
    page.wait_for_timeout(3 * LATE)
    expect(page).to_have_url(f"{address}/text_search?q=bird&weak=1&sort=name")
    page.go_back()
    expect(page).to_have_url(f"{address}/text_search?q=bird&weak=1")
    expect(page.get_by_role("radio", name="By name", checked=True)).to_have_count(0)
    expect(page.get_by_role("radio", name="Best first", checked=True)).to_have_count(1)


def test_every_choice_on_the_map_counts(page: Page, address: str) -> None:
    page.goto(f"{address}/explorer")
    view = page.locator(".map[data-state=ready]")
    expect(view).to_be_visible()
    chosen = {"method": "umap", "colour": "right", "show": "pictures", "dims": "3"}
    for count, (name, value) in enumerate(chosen.items(), start=1):
        view.locator(f"select[name={name}]").select_option(value)
        page.wait_for_timeout(0.5 * LATE)
        for each, was in list(chosen.items())[:count]:
            assert view.locator(f"select[name={each}]").input_value() == was
    expect(view).to_have_attribute("data-map", "umap3")
    for part in ("map=umap", "colour=right", "show=pictures", "dims=3"):
        expect(page).to_have_url(re.compile(part))
    page.go_back()  # what the page says is shown again, once all is answered
    expect(view).to_have_attribute("data-map", "umap2")


def test_a_region_is_not_moved_back_by_an_earlier_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=violin")
    expect(tiles(page, "meaning").first).to_be_visible()
    page.get_by_role("button", name="Select a region").click()
    box = page.locator(".st-key-image_search_crop .box")
    for step in range(1, 4):
        box.press("ArrowRight")
        page.wait_for_timeout(1.5 * LATE)  # the request is sent, and its answer arrives during the next one
        expect(box).to_have_attribute("style", re.compile(f"left: {20 + 2 * step}%"), timeout=1)
    expect(page).to_have_url(re.compile("crop=260"))


@pytest.mark.parametrize(
    ("view", "name"),
    [
        ("text_search?q=bird", "Select all on this page"),
        ("text_search?q=bird", "More like penguin"),
        ("words?q=violin", "cello 0."),
        ("words?mode=way", "Words similar to tree"),
        ("explorer?item=violin", "Why it matches"),
        ("?q=violin", "See all"),
        ("text_search?q=vioolin", "violin"),
    ],
)
def test_a_click_shows_at_once(page: Page, address: str, view: str, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})  # the sidebar is away
    page.goto(f"{address}/{view}")
    pressed = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    expect(pressed).to_be_visible()
    page.wait_for_timeout(2 * LATE)  # all that comes with the page is there
    assert pressed.evaluate("each => { each.click(); return Number(getComputedStyle(each).opacity); }") == pytest.approx(
        0.4, abs=0.05
    )


def test_the_map_shows_at_once_that_a_picture_opens(page: Page, address: str) -> None:
    page.goto(f"{address}/explorer")
    view = page.locator(".map[data-state=ready]")
    view.locator("summary").click()
    first = view.locator(".list li button").first
    name = first.inner_text()
    first.click()
    expect(view.locator(".status")).to_have_text(f"Opening {name}…", timeout=LATE)
    expect(view).not_to_have_attribute("data-item", "")
    expect(view.locator(".status")).to_contain_text("in view")
