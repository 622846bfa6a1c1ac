"""Home in a real browser: results while typing, and the small map that follows them."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browsing import home_status, tiles, wait_until_drawn

pytestmark = pytest.mark.browser


def open_home(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/{query}")
    expect(tiles(page, "home").first).to_be_visible()
    wait_until_drawn(page)


def type_violin(page: Page) -> None:
    """Type and wait for the answer. Waiting for the first picture is not enough: the example before may begin with the same one."""
    page.get_by_role("combobox").fill("violin")
    expect(page.locator(".results[data-query=violin]")).to_be_visible()


def test_pictures_follow_each_key_and_enter_changes_nothing(page: Page, address: str) -> None:
    open_home(page, address)
    box = page.get_by_role("combobox")
    box.press_sequentially("violin")
    expect(tiles(page, "home").first).to_have_text("violin")
    expect(page.locator(".results[data-query=violin]")).to_be_visible()
    expect(page).to_have_url(f"{address}/")  # typing does not run the page
    grid = page.locator(".st-key-grid-home .grid").first
    grid.evaluate(
        "grid => { window.changes = 0; new MutationObserver(() => { window.changes += 1; }).observe(grid, { childList: true }); }"
    )
    before = grid.bounding_box()
    box.press("Enter")
    expect(page).to_have_url(f"{address}/?q=violin")
    wait_until_drawn(page)
    assert page.evaluate("window.changes") == 0
    assert grid.bounding_box() == before


def test_an_incomplete_word_shows_what_it_becomes(page: Page, address: str) -> None:
    open_home(page, address)
    page.get_by_role("combobox").press_sequentially("violi")
    expect(home_status(page)).to_contain_text("Results for “violin”")
    expect(tiles(page, "home").first).to_have_text("violin")


def test_what_cannot_be_searched_for_keeps_the_pictures_until_enter(page: Page, address: str) -> None:
    open_home(page, address, "?q=violin")
    box = page.get_by_role("combobox")
    box.fill('"vioolin"')
    expect(home_status(page)).to_contain_text("is unknown")
    expect(tiles(page, "home").first).to_have_text("violin")
    expect(page.locator(".results.earlier .grid").first).to_have_css("opacity", "0.3")  # they are the results of the query before
    box.press("Enter")
    expect(tiles(page, "home")).to_have_count(0)
    page.locator(".results .tries").get_by_role("button", name="violin", exact=True).click()
    expect(tiles(page, "home").first).to_have_text("violin")
    expect(page).not_to_have_url(re.compile("vioolin"))


def test_a_withheld_answer_keeps_no_pictures_of_the_letters_before_it(page: Page, address: str) -> None:
    open_home(page, address, "?collection=photos")
    box = page.get_by_role("combobox")
    box.fill("lighthouse")
    expect(tiles(page, "home").first).to_have_text("lighthouse")
    box.fill("african")
    expect(home_status(page)).to_contain_text("The app cannot say which pictures show “african”")
    expect(tiles(page, "home")).to_have_count(0)
    expect(page.locator(".preview .star")).to_be_hidden()


def test_suggestions_do_not_cover_the_pictures(page: Page, address: str) -> None:
    open_home(page, address)
    page.get_by_role("combobox").press_sequentially("musical in")
    options = page.get_by_role("option")
    expect(options.first).to_have_text("musical instrument")
    listed, picture = page.get_by_role("listbox").bounding_box(), page.locator(".st-key-grid-home img").first.bounding_box()
    assert listed and picture
    assert listed["y"] + listed["height"] <= picture["y"]


def test_a_typed_result_opens_with_its_query(page: Page, address: str) -> None:
    open_home(page, address)
    type_violin(page)
    page.get_by_role("button", name="Open violin").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="violin")).to_be_visible()
    expect(page).to_have_url(f"{address}/?q=violin&open=violin")


def test_back_from_a_typed_result_returns_to_it(page: Page, address: str) -> None:
    open_home(page, address)
    type_violin(page)
    page.get_by_role("link", name="More like violin").click()
    expect(tiles(page, "meaning").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{address}/?q=violin")
    expect(tiles(page, "home").first).to_have_text("violin")


def test_back_shows_the_query_before_although_more_was_typed(page: Page, address: str) -> None:
    open_home(page, address, "?q=horse")
    box = page.get_by_role("combobox")
    box.fill("violin")
    box.press("Enter")
    expect(page).to_have_url(f"{address}/?q=violin")
    box.fill("castle")
    expect(page.locator(".results[data-query=castle]")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{address}/?q=horse")
    expect(tiles(page, "home").first).to_have_text("horse")
    expect(box).to_have_value("horse")


def test_the_count_is_announced(page: Page, address: str) -> None:
    open_home(page, address)
    page.get_by_role("combobox").fill("violin")
    expect(page.locator(".results [role=status]")).to_have_text(
        re.compile(r"^\d+ of \d+ pictures match(es)? well(, and \d+ more may match)?$")
    )


def test_the_star_flies_to_the_query_and_its_pictures_are_enlarged(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_home(page, address, "?q=violin")
    preview = page.locator(".preview")
    preview.scroll_into_view_if_needed()
    expect(preview).to_have_attribute("data-points", re.compile(r"[1-9]\d"))
    star = preview.locator(".star")
    expect(star).to_have_text("★ violin")
    place = star.bounding_box()
    page.get_by_role("combobox").fill("guitar")
    expect(star).to_have_text("★ guitar")
    assert star.bounding_box() != place
    enlarged = preview.locator("img[title*=guitar]")
    expect(enlarged.first).to_be_visible()
    preview.get_by_role("link", name="Explore the map").click()
    expect(page).to_have_url(f"{address}/explorer?q=guitar")


def test_the_map_is_fetched_when_it_comes_near(new_page: Page, address: str) -> None:
    fetched: list[str] = []
    new_page.set_viewport_size({"width": 1280, "height": 500})
    new_page.on("request", lambda request: fetched.append(request.url) if "map-preview" in request.url else None)
    open_home(new_page, address)
    assert not fetched
    new_page.locator(".preview").scroll_into_view_if_needed()
    expect(new_page.locator(".preview")).to_have_attribute("data-points", re.compile(r"\d"))
    assert len(fetched) == 1


def test_the_route_needs_the_pass_of_a_session(page: Page, address: str) -> None:
    assert requests.get(f"{address}/search", {"q": "violin", "c": "stamps"}, timeout=60).status_code == 403
    with page.expect_request(re.compile(r"/search\?")) as asked:
        open_home(page, address)
        page.get_by_role("combobox").fill("violin")
    answer = requests.get(asked.value.url, timeout=60)
    assert answer.json()["tiles"][0]["name"] == "violin"
    elsewhere = requests.get(asked.value.url.replace("c=stamps", "c=no+such"), timeout=60)
    assert elsewhere.status_code == 503


def test_an_unknown_page_is_said_on_home(page: Page, address: str) -> None:
    page.goto(f"{address}/nosuchpage")
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    expect(page).to_have_url(re.compile(rf"^{re.escape(address)}/($|\?)"))
