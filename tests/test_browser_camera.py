"""The camera of the map, in the link."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import open_map

pytestmark = pytest.mark.browser


def test_a_link_restores_the_camera(page: Page, address: str) -> None:
    view = open_map(page, address)
    assert urlsplit(page.url).fragment == ""
    view.locator(".stage").focus()
    for key in ("+", "+", "+", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("#at=stamps/tsne2:"))
    seen, camera = view.get_attribute("data-seen"), urlsplit(page.url).fragment
    assert seen != "384"
    view.get_by_label("Colour").select_option("label")
    expect(page).to_have_url(re.compile(f"colour=label#{camera}$"))  # the page's new address keeps the camera
    page.reload()
    expect(view).to_have_attribute("data-seen", seen or "")
    page.keyboard.press("Tab")
    view.get_by_role("button", name="Zoom out").click()
    expect(page).not_to_have_url(re.compile(re.escape(camera)))
    page.go_back()
    expect(view).to_have_attribute("data-colour", "category")
    expect(view).to_have_attribute("data-seen", seen or "")
    view.get_by_role("button", name="Reset the view").click()
    expect(view).to_have_attribute("data-seen", "384")
    expect(page).to_have_url(f"{address}/explorer")


def test_a_link_restores_a_rotation_and_ignores_invalid_ones(page: Page, address: str) -> None:
    turned = "#at=stamps/pca3:400,500,600,1,40,80"
    view = open_map(page, address, f"?dims=3&map=pca{turned}")
    seen = view.get_attribute("data-seen")
    assert seen != "384"
    expect(view).to_have_attribute("data-link", "written")
    assert page.url.endswith(turned)
    for wrong in ("#at=stamps/pca3:1,2", "#at=stamps/pca3:1,2,3,4,5,..", "#at=photos/pca3:400,500,600,1,40,80", "#at="):
        page.goto("about:blank")
        open_map(page, address, f"?dims=3&map=pca{wrong}")
        expect(view).to_have_attribute("data-seen", "384")
