"""What a visitor does on the pages, in a real browser against the real server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import home_status, tiles, wait_until_settled
from tests.conftest import BUNDLED

CAT = BUNDLED / "collections/photos/images/cat.webp"
pytestmark = pytest.mark.browser


def test_search(page: Page, address: str) -> None:
    page.goto(address)
    box = page.get_by_placeholder("Type anything")
    box.fill("horse")
    box.press("Enter")
    expect(tiles(page, "home").first).to_have_text("horse")
    expect(page.locator(".st-key-grid-home img").first).to_be_visible()
    expect(page).to_have_url(f"{address}/?q=horse")


def test_suggestions_while_typing(page: Page, address: str) -> None:
    page.goto(address)
    box = page.get_by_role("combobox")
    box.press_sequentially("musical in")
    expect(page.get_by_role("option").first).to_have_text("musical instrument")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(f"{address}/?q=musical+instrument")
    box.fill("")
    expect(page.get_by_role("option").first).to_have_text("musical instrument")  # a recent search
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.get_by_role("option")).to_have_count(0)  # no list covers the page


def test_back_and_forward_change_the_query(page: Page, address: str) -> None:
    page.goto(address)
    box = page.get_by_role("combobox")
    for query in ("horse", "violin"):
        box.fill(query)
        box.press("Enter")
        expect(tiles(page, "home").first).to_have_text(query)
        expect(page).to_have_url(f"{address}/?q={query}")  # results come while typing, before the query is in the history
    page.go_back()
    expect(tiles(page, "home").first).to_have_text("horse")
    expect(box).to_have_value("horse")
    page.go_forward()
    expect(tiles(page, "home").first).to_have_text("violin")


def test_a_link_restores_the_view(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=butterfly&collection=photos")
    expect(tiles(page, "text").first).to_have_text("butterfly")
    expect(page.get_by_text("of 381 pictures matches well").first).to_be_visible()


def test_open_a_hit_and_continue_from_it(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin")
    page.get_by_role("button", name="Open violin").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="violin")).to_be_visible()
    expect(dialog.get_by_text("GPL")).to_be_visible()
    expect(dialog.get_by_text("Similar in appearance")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="More like violin").click()
    expect(page.get_by_role("heading", name="Similar in meaning")).to_be_visible()
    expect(tiles(page, "meaning").first).to_have_text("cello")


def test_an_open_hit_is_in_the_link_and_back_closes_it(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin&open=cello")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="cello")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page).to_have_url(f"{address}/text_search?q=violin")
    page.get_by_role("button", name="Open violin").click()
    expect(dialog.get_by_role("heading", name="violin")).to_be_visible()
    expect(page).to_have_url(f"{address}/text_search?q=violin&open=violin")
    page.go_back()
    expect(dialog).to_have_count(0)
    page.go_forward()
    expect(dialog.get_by_role("heading", name="violin")).to_be_visible()


def test_home_marks_weak_matches(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=dinosaur&collection=photos")
    expect(home_status(page)).to_contain_text("No picture here clearly shows “dinosaur”.")
    expect(page.locator(".st-key-grid-home .weak")).to_have_count(5)
    expect(page.locator(".st-key-grid-home .tile .score")).to_have_text(["weak match"] * 5)
    page.goto(f"{address}/?q=guitar")
    expect(home_status(page)).to_contain_text("match well")
    strong = page.locator(".st-key-grid-home .tile:not(.weak)")
    expect(strong.first).to_contain_text("guitar")
    count = strong.count()
    page.get_by_role("link", name="See all").click()
    expect(page).to_have_url(f"{address}/text_search?q=guitar")
    expect(tiles(page, "text")).to_have_count(count)


def test_upload(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?collection=photos")
    page.get_by_role("radio", name="Upload").or_(page.get_by_text("Upload", exact=True)).first.click()
    page.locator("input[type=file]").set_input_files(CAT)
    expect(tiles(page, "meaning").first).to_have_text("cat")
    expect(tiles(page, "looks").first).to_have_text("cat")


def test_labels_from_a_custom_list(page: Page, address: str) -> None:
    page.goto(f"{address}/labels?item=cat&collection=photos")
    expect(page.get_by_role("heading", name="Best name: cat")).to_be_visible()
    page.get_by_text("Your words", exact=True).click()
    box = page.get_by_label("Your words, separated")
    box.fill("castle, pet, windmill")
    box.press("Control+Enter")
    expect(page.get_by_role("heading", name="Best name: pet")).to_be_visible()


def test_charts_are_painted(page: Page, address: str) -> None:
    page.goto(f"{address}/results")
    expect(page.get_by_role("heading", name="of the pictures, the right name")).to_be_visible()
    page.get_by_text("For researchers: all").click()
    expect(page.get_by_role("heading", name="Model card")).to_be_visible()
    expect(page.get_by_role("heading", name="How it is made")).to_be_visible()
    expect(page.get_by_text("model-index")).to_have_count(0)  # the card's metadata is for programs
    charts = page.locator("[data-testid='stVegaLiteChart']")
    for chart in charts.all():
        ours = chart.locator("svg [stroke='#0b6e5f'], svg [fill='#0b6e5f']")
        expect(ours.filter(visible=True).first).to_be_visible()
    line = charts.last.locator("svg path[stroke='#0b6e5f']").bounding_box()  # the mean loss
    assert line
    assert line["width"] > 300 < 2 * line["height"]


def test_a_query_is_never_markup(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin+%3Cimg+src%3Dx+onload%3Dalert(1)%3E+%5Bxyzzyq%5D(javascript:alert(1))")
    expect(tiles(page, "text").first).to_be_visible()
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("img[src='x']").count() == 0


def test_two_tiles_fit_beside_each_other_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(f"{address}/text_search?q=bird")
    expect(phone.locator(".st-key-grid-text img").nth(3)).to_be_visible()
    wait_until_settled(phone)
    first, second, third = (phone.locator(".st-key-grid-text .tile").nth(n).bounding_box() for n in range(3))
    assert first and second and third
    assert first["y"] == second["y"] < third["y"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_why_it_matched(page: Page, address: str) -> None:
    page.goto(f"{address}/text_search?q=violin")
    page.get_by_role("button", name="Open violin").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("For violin,")).to_be_visible()  # once the model has loaded
    heat = dialog.locator(".over canvas")
    expect(heat).to_be_visible()
    reds = (
        "canvas => { const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
        "const red = data.filter((_, at) => at % 4 === 0); return [red.reduce((a, b) => Math.min(a, b)), red.reduce((a, b) => Math.max(a, b))]; }"
    )
    low, high = heat.evaluate(reds)
    assert low < 60  # from the dark end of the scale…
    assert high > 200  # …to the bright one
    expect(dialog.get_by_role("img", name="For “violin” the centre matters most")).to_be_visible()
    strength = dialog.get_by_role("slider", name="Strength of the heat map")
    strength.press("Home")
    expect(dialog.locator(".over")).to_have_css("opacity", "0")
    dialog.get_by_role("radio", name="cello").or_(dialog.get_by_text("cello", exact=True)).first.click()
    expect(dialog.get_by_text("For cello,")).to_be_visible()
    for name, view in (("Show on the map", "explorer"), ("More like this", "image_search"), ("Name this picture", "labels")):
        expect(dialog.get_by_test_id("stPageLink").get_by_role("link", name=name)).to_have_attribute("href", f"{view}?item=violin")
    dialog.get_by_role("button", name="cello", exact=True).click()
    expect(page).to_have_url(f"{address}/text_search?q=cello")
    expect(tiles(page, "text").first).to_have_text("cello")


@pytest.mark.parametrize("view", ["text_search?q=musical+instrument", "?q=violin"])
def test_back_from_more_like_this_is_one_step(page: Page, address: str, view: str) -> None:
    page.goto(f"{address}/{view}")
    expect(tiles(page, "text" if view.startswith("text") else "home").first).to_be_visible()
    page.get_by_role("link", name="More like").first.click()
    expect(tiles(page, "meaning").first).to_be_visible()
    expect(page).to_have_url(re.compile("/image_search[?]item="))
    page.go_back()
    expect(page).to_have_url(f"{address}/{view}")
    expect(tiles(page, "text" if view.startswith("text") else "home").first).to_be_visible()
    expect(page.get_by_role("combobox").first).to_have_value(re.compile("instrument|violin"))


def test_more_like_this_is_in_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}/image_search?item=violin")
    page.get_by_role("link", name="More like cello").first.click()
    expect(page).to_have_url(f"{address}/image_search?item=cello")
    page.go_back()
    expect(page).to_have_url(f"{address}/image_search?item=violin")
    expect(tiles(page, "meaning").first).to_have_text("cello")
