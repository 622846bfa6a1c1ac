"""The map in a real browser: pointed at, drawn around, searched, turned, and brought back by a link."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import tiles
from tests.conftest import BUNDLED

pytestmark = pytest.mark.browser


def opened(page: Page, address: str, query: str = "") -> Locator:
    """The map once it is painted, with nothing gliding."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/explorer{query}")
    here = page.locator(".map[data-state=ready]")
    expect(here).to_be_visible()
    expect(here).to_have_attribute("data-seen", re.compile(r"\d+"))
    return here


def middle(stage: Locator) -> tuple[float, float]:
    box = stage.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def parameter(page: Page, name: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def drawn_around(page: Page, here: Locator, tool: str, share: float = 0.42) -> None:
    """A line around the middle of the map with a tool; a lasso goes by the corners of a diamond."""
    here.get_by_role("button", name=tool).click()
    box = here.locator(".stage").bounding_box()
    assert box
    x, y, across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, share * box["width"], share * box["height"]
    corners = [(-1, 0), (0, -1), (1, 0), (0, 1), (-0.9, 0.1)] if "around" in tool and "box" not in tool else [(-1, -1), (1, 1)]
    page.mouse.move(x + corners[0][0] * across, y + corners[0][1] * down)
    page.mouse.down()
    for right, below in corners[1:]:
        page.mouse.move(x + right * across, y + below * down, steps=6)
    page.mouse.up()


def test_pointing_at_a_picture_names_it(page: Page, address: str) -> None:
    here = opened(page, address, "?item=tennis-racket")
    page.mouse.move(*middle(here.locator(".stage")))
    tip = here.locator(".tip")
    expect(tip).to_contain_text("tennis racket")
    expect(tip.locator("img")).to_have_js_property("complete", True)
    assert tip.locator("img").evaluate("image => image.naturalWidth") > 0
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()


def test_pressing_a_picture_opens_its_card_and_neighbours_lead_on(page: Page, address: str) -> None:
    here = opened(page, address)
    assert page.locator(".st-key-picture-card").count() == 0
    here.locator("summary").click()
    here.locator(".list li button").first.click()  # the list is the map for who does not see it
    card = page.locator(".st-key-picture-card")
    expect(card.get_by_text("Nearest nouns")).to_be_visible()
    first = parameter(page, "item")
    assert first
    expect(here).to_have_attribute("data-item", first)
    expect(tiles(page, "neighbours")).to_have_count(8)
    expect(card.get_by_text("cosine 0.").first).to_be_visible()
    page.mouse.click(*middle(here.locator(".stage")))  # it was brought to the middle
    page.locator(".st-key-grid-neighbours .open").first.click()
    expect(here).not_to_have_attribute("data-item", first)
    page.go_back()
    expect(here).to_have_attribute("data-item", first)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(card).to_have_count(0)


def test_a_click_on_a_point(page: Page, address: str) -> None:
    here = opened(page, address, "?item=tennis-racket")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(here).to_have_attribute("data-item", "")
    page.mouse.click(*middle(here.locator(".stage")))  # the camera stays where it was
    expect(page).to_have_url(re.compile(r"[?&]item="))
    expect(page.locator(".st-key-picture-card")).to_be_visible()


def test_a_lasso_gathers_pictures_and_a_link_brings_them_back(page: Page, address: str) -> None:
    here = opened(page, address)
    drawn_around(page, here, "Draw around pictures")
    heading = page.get_by_role("heading", name="pictures in the region")
    expect(heading).to_be_visible()
    expect(page.locator(".st-key-grid-region img").first).to_be_visible()
    expect(page.get_by_text("Most frequent labels")).to_be_visible()
    expect(page.get_by_text("Nouns nearest to its mean")).to_be_visible()
    count = int(here.get_attribute("data-selected") or 0)
    assert 20 < count < 384
    assert heading.inner_text().startswith(f"{count} ")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("id,name,cosine")
    assert len(lines) == count + 1
    page.reload()
    expect(here).to_have_attribute("data-selected", str(count))
    expect(here.locator("polygon")).to_have_attribute("points", re.compile(r"\d"))
    page.get_by_role("button", name="Clear", exact=True).last.click()
    expect(heading).to_have_count(0)


def test_a_box_gathers_what_it_shows(page: Page, address: str) -> None:
    here = opened(page, address, "?collection=photos")
    drawn_around(page, here, "Drag a box around pictures", 0.49)
    expect(here).to_have_attribute("data-selected", re.compile("2[0-9][0-9]"))


def test_in_three_dimensions_the_region_is_what_was_seen(page: Page, address: str) -> None:
    here = opened(page, address, "?dims=3&map=pca")
    x, y = middle(here.locator(".stage"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 30, steps=5)  # turn it
    page.mouse.up()
    drawn_around(page, here, "Drag a box around pictures", 0.2)
    expect(page.locator(".st-key-grid-region img").first).to_be_visible()
    count = int(here.get_attribute("data-selected") or 0)
    assert 5 < count < 384
    assert parameter(page, "region").startswith("pca3:")
    page.reload()  # the link turns the map as it was
    expect(here).to_have_attribute("data-selected", str(count))
    expect(here.locator("polygon")).to_have_attribute("points", re.compile(r"\d"))


def test_a_search_lights_up_and_stands_on_the_map(page: Page, address: str) -> None:
    here = opened(page, address)
    box = page.get_by_role("combobox", name="Search")
    box.fill("musical instrument")
    box.press("Enter")
    expect(here).to_have_attribute("data-lit", "12")
    expect(here.locator(".pin")).to_have_text("★ musical instrument")
    expect(tiles(page, "map-0")).to_have_count(12)
    expect(page.get_by_text("★ stands among its 5 nearest pictures")).to_be_visible()
    here.locator("select[name=way]").select_option("pca")
    expect(page.get_by_text("★ stands where the fitted components put it")).to_be_visible()
    here.get_by_label("Colour").select_option("cosine")
    expect(here.locator(".legend")).to_contain_text("cosine to “musical instrument”")
    expect(page).to_have_url(re.compile("colour=cosine"))


def test_a_picture_of_ones_own_stands_on_the_map(page: Page, address: str) -> None:
    here = opened(page, address)
    page.get_by_role("button", name="Your picture").click()
    page.locator("input[type=file]").set_input_files(BUNDLED / "collections/photos/images/cat.webp")
    expect(page.get_by_role("heading", name="Nearest to your picture")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("stands among its 5 nearest pictures")).to_be_visible()
    expect(here.locator(".pin", has_text="your picture")).to_be_attached()


def test_colours_maps_and_dimensions(page: Page, address: str) -> None:
    here = opened(page, address)
    expect(here.locator(".legend button").first).to_contain_text("animals")
    here.get_by_label("Colour").select_option("right")
    expect(here.locator(".legend button")).to_have_count(2)
    expect(page.get_by_text("is among its 5 nearest nouns")).to_be_visible()
    for way, dimensions in (("umap", "2"), ("pca", "3")):
        here.locator("select[name=way]").select_option(way)
        expect(page).to_have_url(re.compile(f"map={way}"))  # two choices before an answer are one step for Back
        here.locator("select[name=dims]").select_option(dimensions)
        expect(here).to_have_attribute("data-map", f"{way}{dimensions}")
        expect(page.get_by_text(re.compile(f"Trustworthiness of {way} in {dimensions} dimensions", re.IGNORECASE))).to_be_visible()
    page.go_back()
    expect(here).to_have_attribute("data-map", "pca2")
    page.reload()
    expect(here).to_have_attribute("data-map", "pca2")
    expect(here).to_have_attribute("data-colour", "right")


def test_words_and_pictures_apart(page: Page, address: str) -> None:
    here = opened(page, address, "?show=words")
    expect(here.locator(".overlay .word").filter(visible=True).first).to_be_visible()
    assert here.locator(".overlay .cluster").count() == 0
    here.get_by_label("Show").select_option("pictures")
    expect(here.locator(".overlay .cluster").filter(visible=True).first).to_be_visible()
    expect(here.locator(".overlay .word")).to_have_count(0)


def test_thumbnails_close_up(page: Page, address: str) -> None:
    here = opened(page, address)
    expect(here).to_have_attribute("data-thumbnails", "0")
    page.mouse.move(*middle(here.locator(".stage")))
    for _ in range(4):
        here.get_by_role("button", name="Closer").click()
    expect(here).to_have_attribute("data-thumbnails", re.compile("[1-9]"))
    expect(here.locator(".overlay img").first).to_be_visible()
    here.get_by_role("button", name="Reset the view").click()
    expect(here).to_have_attribute("data-seen", "384")
    expect(here).to_have_attribute("data-thumbnails", "0")


def test_by_keyboard_alone(page: Page, address: str) -> None:
    here = opened(page, address)
    here.locator(".stage").focus()
    for key in ("+", "+", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(here.locator(".tip")).to_be_visible()
    name = here.locator(".tip b").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-picture-card").get_by_role("heading", name=name)).to_be_visible()


def test_nothing_is_fetched_from_elsewhere(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, address)
    assert any("/vendor/deck.js" in url for url in asked)
    assert all(url.startswith((address, address.replace("http", "ws"), "data:", "blob:")) for url in asked)


def test_by_touch(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    here = opened(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    stage = here.locator(".stage").bounding_box()
    assert stage
    assert stage["height"] < 0.65 * 844  # there is room beside it to scroll the page by
    here.locator(".stage").scroll_into_view_if_needed()
    x, y = middle(here.locator(".stage"))
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, apart: float = 0) -> None:
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for apart in range(25, 130, 15):
        touch("touchMove", apart)
    touch("touchEnd")
    expect(here).not_to_have_attribute("data-seen", "384")  # two fingers apart: closer
    page.close()


def test_without_webgl_there_is_a_sentence_and_the_list(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{address}/explorer")
    here = page.locator(".map[data-state=without]")
    expect(here.locator(".notice")).to_contain_text("no WebGL 2")
    here.locator("summary").click()
    here.locator(".list li button").first.click()
    expect(page.locator(".st-key-picture-card")).to_be_visible()
    page.close()
