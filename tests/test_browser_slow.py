"""A slow connection: what the visitor does while answers are on their way is kept, and every click counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import finished_runs, open_page, served, tiles, wait_for_run, wait_until_drawn

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served("tests.app_with_patience", SEMBLANCE_PRELOAD="1") as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_page(browser, reduced_motion="reduce") as page:
        yield page


class LateAnswers:
    """While this is open, the answer to a change arrives after the next change."""

    def __init__(self, page: Page) -> None:
        self._page, self._waiting = page, False

    def __enter__(self) -> LateAnswers:
        wait_until_drawn(self._page)
        self._page.evaluate("holdMessages()")
        self._runs = finished_runs(self._page)
        return self

    def after_change(self) -> None:
        """Deliver the answer to the previous change, and wait until the server has answered this one."""
        if self._waiting:
            self._page.evaluate("deliverRun()")
        self._waiting = True
        wait_for_run(self._page, self._runs)
        self._runs = finished_runs(self._page)

    def __exit__(self, *_: object) -> None:
        self._page.evaluate("deliverMessages()")
        wait_until_drawn(self._page)


def test_every_selected_tile_stays_selected(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    boxes = page.locator(".st-key-grid-text input[type=checkbox]")
    expect(boxes.nth(5)).to_be_attached()
    checked = "boxes => boxes.map((box) => box.checked)"
    with LateAnswers(page) as answers:
        for place in range(6):
            boxes.nth(place).evaluate("box => box.click()")
            answers.after_change()
            assert boxes.evaluate_all(checked)[: place + 1] == [True] * (place + 1)
    expect(page.get_by_text("6 selected").first).to_be_visible()
    assert boxes.evaluate_all(checked).count(True) == 6
    page.locator(".st-key-tray").get_by_role("button", name="Clear").click()
    expect(page.locator(".st-key-grid-text input:checked")).to_have_count(0)


def test_the_search_box_keeps_the_last_query(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_visible()
    with LateAnswers(page) as answers:
        for query in ("horse", "violin", "castle"):
            box.fill(query)
            box.press("Enter")
            answers.after_change()
            assert box.input_value() == query
    assert box.input_value() == "castle"
    expect(page).to_have_url(f"{address}/text_search?q=castle")


def test_the_slider_keeps_its_place(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird")
    expect(tiles(page, "text").first).to_be_visible()
    page.get_by_role("button", name="Minimum similarity: ").click()
    slider = page.get_by_role("slider", name="Minimum similarity")
    suggested = float(slider.input_value())
    with LateAnswers(page) as answers:
        for step in range(1, 6):
            slider.press("ArrowRight")
            answers.after_change()
            assert float(slider.input_value()) == pytest.approx(suggested + 0.01 * step)
    cut = round(100 * suggested) + 5
    expect(page).to_have_url(re.compile(rf"cut={cut}\b"))
    expect(page.get_by_role("button", name=f"Minimum similarity: 0.{cut}")).to_be_visible()


def open_filters(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("combobox", name="Category", exact=True)).to_be_visible()  # a run of the page draws the filters


def choose_option(page: Page, control: str, option: str) -> None:
    page.get_by_role("combobox", name=control, exact=True).fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def test_a_filter_is_not_undone_by_an_earlier_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    open_filters(page)
    choices = (("Category", "clothes"), ("Label", "sombrero"), ("Label", "sock"), ("Exclude labels", "sock"))
    with LateAnswers(page) as answers:
        for control, option in choices:
            choose_option(page, control, option)
            answers.after_change()
    expect(tiles(page, "text")).to_have_text(["sombrero"])
    for part in ("in=clothes", "label=sombrero", "label=sock", "no=sock"):
        expect(page).to_have_url(re.compile(part))


def test_a_filter_removed_by_back_does_not_return(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=bird&weak=1")
    expect(tiles(page, "text")).to_have_count(24)
    open_filters(page)
    choose_option(page, "Label", "sombrero")
    expect(tiles(page, "text")).to_have_text(["sombrero"])
    expect(page).to_have_url(re.compile("label=sombrero"))
    wait_until_drawn(page)
    page.keyboard.press("Escape")  # closes the list of options
    earlier = finished_runs(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    wait_for_run(page, earlier)  # Streamlit takes Back for another change while it has not run the one before
    page.go_back()
    expect(tiles(page, "text")).to_have_count(24)
    with LateAnswers(page) as answers:
        page.get_by_text("By name", exact=True).click()
        answers.after_change()
    expect(page).to_have_url(f"{address}/text_search?q=bird&weak=1&sort=name")
    wait_until_drawn(page)
    page.go_back()
    expect(page).to_have_url(f"{address}/text_search?q=bird&weak=1")
    expect(page.get_by_role("radio", name="By name", checked=True)).to_have_count(0)
    expect(page.get_by_role("radio", name="Best first", checked=True)).to_have_count(1)


def test_every_choice_on_the_map_counts(page: Page, address: str) -> None:
    page.goto(f"{address}/explorer")
    view = page.locator(".map[data-state=ready]")
    expect(view).to_be_visible()
    choices = {"method": "umap", "colour": "right", "show": "pictures", "dims": "3"}
    with LateAnswers(page) as answers:
        for count, (name, value) in enumerate(choices.items(), start=1):
            view.locator(f"select[name={name}]").select_option(value)
            answers.after_change()
            for earlier, chosen in list(choices.items())[:count]:
                assert view.locator(f"select[name={earlier}]").input_value() == chosen
    expect(view).to_have_attribute("data-map", "umap3")
    for part in ("map=umap", "colour=right", "show=pictures", "dims=3"):
        expect(page).to_have_url(re.compile(part))
    page.go_back()  # then the map shows what the server says, since every change is answered
    expect(view).to_have_attribute("data-map", "umap2")


def test_a_region_is_not_moved_back_by_an_earlier_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=violin")
    expect(tiles(page, "meaning").first).to_be_visible()
    page.get_by_role("button", name="Select a region").click()
    expect(page).to_have_url(re.compile("crop=200"))
    box = page.locator(".st-key-image_search_crop .box")
    with LateAnswers(page) as answers:
        for step in range(1, 4):
            box.press("ArrowRight")
            answers.after_change()
            assert f"left: {20 + 2 * step}%" in (box.get_attribute("style") or "")
    expect(page).to_have_url(re.compile("crop=260"))


def test_a_download_outlasts_the_runs_of_others(page: Page, phone: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin")
    expect(tiles(page, "text").first).to_be_visible()
    page.get_by_role("button", name="Select all on this page").click()
    count = tiles(page, "text").count()
    expect(page.get_by_text(f"{count} selected").first).to_be_visible()
    wait_until_drawn(page)
    page.evaluate("holdMessages()")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
        page.wait_for_function("heldMessages() > 0")  # the server has made the file
        for query in ("horse", "castle", "bird"):
            phone.goto(f"{address}/text_search?q={query}")
            expect(tiles(phone, "text").first).to_be_visible()
            wait_until_drawn(phone)
        page.evaluate("deliverMessages()")
    assert len(download.value.path().read_text("utf-8").splitlines()) == count + 1


def button_or_link(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first


SHOWS_CLICKS = """() => {
  const button = document.body.appendChild(document.createElement("button"));
  button.click();
  const shown = button.getAnimations().length > 0;
  button.remove();
  return shown;
}"""
"""Whether the script that shows clicks has started."""


@pytest.mark.parametrize(
    ("view", "name"),
    [
        ("text_search?q=bird", "Select all on this page"),
        ("text_search?q=bird", "More like pigeon"),
        ("words?q=violin", "cello 0."),
        ("words?mode=way", "Words similar to car"),
        ("explorer?item=violin", "Why it matches"),
        ("?q=violin", "See all"),
        ("text_search?q=%22vioolin%22", "violin"),
    ],
)
def test_a_click_shows_at_once(page: Page, address: str, view: str, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})  # hides the sidebar
    page.goto(f"{address}/{view}")
    expect(button_or_link(page, name)).to_be_visible()
    wait_until_drawn(page)
    page.wait_for_function(SHOWS_CLICKS)
    opacity = button_or_link(page, name).evaluate("each => { each.click(); return Number(getComputedStyle(each).opacity); }")
    assert opacity == pytest.approx(0.4, abs=0.05)


def test_the_map_shows_at_once_that_a_picture_opens(page: Page, address: str) -> None:
    page.goto(f"{address}/explorer")
    view = page.locator(".map[data-state=ready]")
    view.locator("summary").click()
    first = view.locator(".list li button").first
    name = first.inner_text()
    with LateAnswers(page):
        first.click()
        expect(view.locator(".status")).to_have_text(f"Opening {name}…")
    expect(view).not_to_have_attribute("data-item", "")
    expect(view.locator(".status")).to_contain_text("in view")
