"""The Share button in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import findings
from tests.browsing import tiles, wait_until_drawn

pytestmark = pytest.mark.browser
LOADED = "image => image.complete && image.naturalWidth === 1200"


@pytest.mark.parametrize(
    ("path", "title"), [("text_search?q=violin", "violin · Text search · Semblance"), ("?q=horse", "horse · Semblance")]
)
def test_the_button_offers_the_link_and_the_card_of_the_view(page: Page, address: str, path: str, title: str) -> None:
    page.goto(f"{address}/{path}")
    expect(tiles(page, "text" if path.startswith("text") else "home").first).to_be_visible()
    expect(page).to_have_title(title)
    wait_until_drawn(page)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this view")
    expect(dialog.get_by_label("Link")).to_have_value(f"{address}/{path}")
    card = dialog.get_by_role("img", name="The card of this view")
    page.wait_for_function(LOADED, arg=card.element_handle())
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download the card").click()
    assert download.value.suggested_filename == "semblance.png"
    assert not findings(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_link_follows_the_view_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(f"{address}/words")
    expect(phone.get_by_role("heading", name="Most similar to")).to_be_visible()
    box = phone.get_by_role("combobox")
    box.fill("cello")
    box.press("Enter")
    expect(phone).to_have_title("cello · Words · Semblance")
    phone.get_by_role("button", name="Share").click()
    expect(phone.get_by_role("textbox", name="Link")).to_have_value(f"{address}/words?q=cello")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
