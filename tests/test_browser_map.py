"""The map in a real browser: hovering, regions, searches, rotation, and links."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import open_map, tiles
from tests.conftest import BUNDLED
from tests.map_gestures import centre, draw_region
from ui.hit.best_words import BEST_WORDS, NEAREST_WORDS
from ui.server.script_routes import script_url

pytestmark = pytest.mark.browser
NAMES = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}
FITTED = """async ([script, width, height]) => {
  const { fit, flat } = await import(new URL(script, document.baseURI));
  const corners = [[20, 250], [980, 250], [20, 750], [980, 750]]; // what the maps of the collections reach
  const viewport = flat(fit(corners.flatMap(([x, y]) => [x, y, 500]), 2, width, height), width, height);
  return corners.map((corner) => viewport.project(corner));
}"""
"""Where the corners of a map are on the screen when the camera first shows it."""


def parameter(page: Page, name: str) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def test_hovering_over_a_point_names_the_picture(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    page.mouse.move(*centre(view.locator(".stage")))
    tip = view.locator(".tip")
    expect(tip).to_contain_text("tennis racket")
    expect(tip.locator("img")).to_have_js_property("complete", True)
    assert tip.locator("img").evaluate("image => image.naturalWidth") > 0
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()


def test_a_selected_picture_has_a_card_and_links_to_its_neighbours(page: Page, address: str) -> None:
    view = open_map(page, address)
    assert page.locator(".st-key-picture-card").count() == 0
    view.locator("summary").click()
    view.locator(".list li button").first.click()  # the list replaces the map for visitors who cannot see it
    card = page.locator(".st-key-picture-card")
    expect(card.get_by_text(re.compile(f"{BEST_WORDS}|{NEAREST_WORDS}"))).to_be_visible()
    first = parameter(page, "item")
    assert first
    expect(view).to_have_attribute("data-item", first)
    expect(tiles(page, "neighbours")).to_have_count(8)
    expect(card.get_by_text("similarity 0.").first).to_be_visible()
    page.mouse.click(*centre(view.locator(".stage")))  # the selected point is in the centre now
    page.locator(".st-key-grid-neighbours .open").first.click()
    expect(view).not_to_have_attribute("data-item", first)
    page.go_back()
    expect(view).to_have_attribute("data-item", first)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(card).to_have_count(0)


def test_a_click_on_a_point(page: Page, address: str) -> None:
    view = open_map(page, address, "?item=tennis-racket")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(view).to_have_attribute("data-item", "")
    page.mouse.click(*centre(view.locator(".stage")))  # the camera has not moved
    expect(page).to_have_url(re.compile(r"[?&]item="))
    expect(page.locator(".st-key-picture-card")).to_be_visible()


def test_a_box_collects_what_is_inside(page: Page, address: str) -> None:
    view = open_map(page, address, "?collection=photos")
    draw_region(page, view, "Select pictures with a box", 0.49)
    expect(view).to_have_attribute("data-selected", re.compile("3[0-9][0-9]"))


def test_a_region_in_three_dimensions_is_what_was_in_view(page: Page, address: str) -> None:
    view = open_map(page, address, "?dims=3&map=pca")
    x, y = centre(view.locator(".stage"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 30, steps=5)  # rotates the map
    page.mouse.up()
    draw_region(page, view, "Select pictures with a box", 0.2)
    expect(page.locator(".st-key-grid-region img").first).to_be_visible()
    count = int(view.get_attribute("data-selected") or 0)
    assert 5 < count < 384
    assert parameter(page, "region").startswith("pca3:")
    page.reload()  # the link restores the rotation
    expect(view).to_have_attribute("data-selected", str(count))
    expect(view.locator("polygon")).to_have_attribute("points", re.compile(r"\d"))


def test_a_search_highlights_its_matches_on_the_map(page: Page, address: str) -> None:
    view = open_map(page, address)
    box = page.get_by_role("combobox", name="Search")
    box.fill("musical instrument")
    box.press("Enter")
    expect(view).to_have_attribute("data-lit", "10")
    expect(view.locator(".pin")).to_have_text("★ musical instrument")
    expect(tiles(page, "map-0")).to_have_count(10)
    expect(page.get_by_text("★ is placed at the average position of the 5 pictures that are most similar")).to_be_visible()
    view.locator("select[name=method]").select_option("pca")
    expect(page.get_by_text("★ is at its exact place, which is computed in the same way")).to_be_visible()
    view.get_by_label("Colour").select_option("cosine")
    expect(page.locator(".legend")).to_contain_text("how well it matches “musical instrument”: least")
    expect(page).to_have_url(re.compile("colour=cosine"))


def test_an_uploaded_picture_is_placed_on_the_map(page: Page, address: str) -> None:
    view = open_map(page, address)
    page.get_by_role("button", name="Add a picture").click()
    page.locator("input[type=file]").set_input_files(BUNDLED / "collections/photos/images/cat.webp")
    expect(page.get_by_role("heading", name="Most similar to your picture")).to_be_visible()
    expect(page.get_by_text("is placed at the average position of the 5 pictures that are most similar")).to_be_visible()
    expect(view.locator(".pin", has_text="your picture")).to_be_attached()


def test_colours_maps_and_dimensions(page: Page, address: str) -> None:
    view = open_map(page, address)
    expect(page.locator(".legend button").first).to_contain_text("animals")
    expect(view.locator("select[name=method] option").first).to_have_text("t-SNE")
    view.get_by_label("Colour").select_option("Group")
    expect(page).to_have_url(re.compile("colour=cluster"))
    view.get_by_label("Colour").select_option("right")
    expect(page.locator(".legend button")).to_have_count(2)
    expect(page.get_by_text("is among the 5 nouns that match it best")).to_be_visible()
    for method, dimensions in (("umap", "2"), ("pca", "3")):
        view.locator("select[name=method]").select_option(method)
        expect(page).to_have_url(re.compile(f"map={method}"))  # two choices before an answer would be one step for Back
        view.locator("select[name=dims]").select_option(dimensions)
        expect(view).to_have_attribute("data-map", f"{method}{dimensions}")
        expect(page.get_by_text(f"({NAMES[method]} in {dimensions} dimensions, trustworthiness")).to_be_visible()
    page.go_back()
    expect(view).to_have_attribute("data-map", "pca2")
    page.reload()
    expect(view).to_have_attribute("data-map", "pca2")
    expect(view).to_have_attribute("data-colour", "right")


def test_words_and_pictures_apart(page: Page, address: str) -> None:
    view = open_map(page, address, "?show=words")
    expect(view.locator(".overlay .word").filter(visible=True).first).to_be_visible()
    assert view.locator(".overlay .cluster").count() == 0
    view.get_by_label("Show").select_option("pictures")
    expect(view.locator(".overlay .cluster").filter(visible=True).first).to_be_visible()
    expect(view.locator(".overlay .word")).to_have_count(0)


def test_thumbnails_close_up(page: Page, address: str) -> None:
    view = open_map(page, address)
    expect(view).to_have_attribute("data-thumbnails", "0")
    page.mouse.move(*centre(view.locator(".stage")))
    for _ in range(4):
        view.get_by_role("button", name="Zoom in").click()
    expect(view).to_have_attribute("data-thumbnails", re.compile("[1-9]"))
    expect(view.locator(".overlay img").first).to_be_visible()
    view.get_by_role("button", name="Reset the view").click()
    expect(view).to_have_attribute("data-seen", "384")
    expect(view).to_have_attribute("data-thumbnails", "0")


def test_by_keyboard_alone(page: Page, address: str) -> None:
    view = open_map(page, address)
    view.locator(".stage").focus()
    for key in ("+", "+", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(view.locator(".tip")).to_be_visible()
    name = view.locator(".tip b").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-picture-card").get_by_role("heading", name=name)).to_be_visible()


def test_nothing_is_fetched_from_elsewhere(new_page: Page, address: str) -> None:
    urls: list[str] = []
    new_page.on("request", lambda request: urls.append(request.url))
    open_map(new_page, address)
    assert any("/vendor/deck.js" in url for url in urls)
    assert all(url.startswith((address, address.replace("http", "ws"), "data:", "blob:")) for url in urls)


def test_by_touch(phone: Page, address: str) -> None:
    view = open_map(phone, address)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    stage = view.locator(".stage").bounding_box()
    assert stage
    assert stage["height"] < 0.65 * 844  # there is room beside it to scroll the page
    view.locator(".stage").scroll_into_view_if_needed()
    x, y = centre(view.locator(".stage"))
    fingers = phone.context.new_cdp_session(phone)

    def touch(kind: str, apart: float = 0) -> None:
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for apart in range(25, 130, 15):
        touch("touchMove", apart)
    touch("touchEnd")
    expect(view).not_to_have_attribute("data-seen", "384")  # spreading two fingers zooms in


def test_without_webgl_there_is_a_notice_and_the_list(new_page: Page, address: str) -> None:
    new_page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    new_page.goto(f"{address}/explorer")
    view = new_page.locator(".map[data-state=without]")
    expect(view.locator(".notice")).to_contain_text("needs WebGL 2")
    view.locator("summary").click()
    view.locator(".list li button").first.click()
    expect(new_page.locator(".st-key-picture-card")).to_be_visible()


@pytest.mark.parametrize("collection", ["photos", "stamps"])
def test_no_point_is_below_the_tools_or_the_texts(phone: Page, page: Page, address: str, collection: str) -> None:
    """In an earlier version, the tools covered the leftmost group of a map."""
    for screen in (phone, page):
        view = open_map(screen, address, f"?collection={collection}")
        stage, tools, hint = (view.locator(each).bounding_box() for each in (".stage", ".tools", ".hint"))
        assert stage and tools and hint
        corners = screen.evaluate(FITTED, [script_url("scripts/map/camera.js"), stage["width"], stage["height"]])
        for across, down in corners:
            assert 20 < across < stage["width"] - 20
            assert tools["y"] + tools["height"] - stage["y"] + 10 < down < hint["y"] - stage["y"] - 5
        assert max(down for _, down in corners) - min(down for _, down in corners) > stage["height"] / 3


def test_another_collection_has_its_own_map(page: Page, address: str) -> None:
    view = open_map(page, address)
    for name, count in (("Photographs", "381"), ("Cut-outs", "384")):
        page.get_by_test_id("stMain").get_by_text(name, exact=True).click()
        expect(view).to_have_attribute("data-points", count)
        expect(view).to_have_attribute("data-item", "")
        expect(page.get_by_text(f"{count} of {count} pictures in view")).to_be_visible()
        view.locator(".stage").press("Enter")
        expect(page.locator(".st-key-picture-card")).to_be_visible()
