"""Where the map is seen from, in the link."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.test_browser_map import opened

pytestmark = pytest.mark.browser


def test_a_link_brings_the_camera_back(page: Page, address: str) -> None:
    here = opened(page, address)
    assert urlsplit(page.url).fragment == ""
    here.locator(".stage").focus()
    for key in ("+", "+", "+", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("#at=stamps/tsne2:"))
    seen, camera = here.get_attribute("data-seen"), urlsplit(page.url).fragment
    assert seen != "384"
    here.get_by_label("Colour").select_option("label")
    expect(page).to_have_url(re.compile(f"colour=label#{camera}$"))  # the page's new address keeps it
    page.reload()
    expect(here).to_have_attribute("data-seen", seen or "")
    page.keyboard.press("Tab")
    here.get_by_role("button", name="Farther").click()
    expect(page).not_to_have_url(re.compile(re.escape(camera)))
    page.go_back()
    expect(here).to_have_attribute("data-colour", "category")
    expect(here).to_have_attribute("data-seen", seen or "")
    here.get_by_role("button", name="Reset the view").click()
    expect(here).to_have_attribute("data-seen", "384")
    expect(page).to_have_url(f"{address}/explorer")


def test_a_turned_map_is_brought_back_and_nonsense_is_not(page: Page, address: str) -> None:
    turned = "#at=stamps/pca3:400,500,600,1,40,80"
    here = opened(page, address, f"?dims=3&map=pca{turned}")
    seen = here.get_attribute("data-seen")
    assert seen != "384"
    page.wait_for_timeout(600)
    assert page.url.endswith(turned)
    for wrong in ("#at=stamps/pca3:1,2", "#at=stamps/pca3:1,2,3,4,5,..", "#at=photos/pca3:400,500,600,1,40,80", "#at="):
        page.goto("about:blank")
        opened(page, address, f"?dims=3&map=pca{wrong}")
        expect(here).to_have_attribute("data-seen", "384")
