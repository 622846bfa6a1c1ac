"""The scripts of components start after their HTML is drawn. What a visitor does in between is not lost."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import wait_until_drawn

pytestmark = pytest.mark.browser

HOLD_SCRIPTS = """
window.scriptsStart = new Promise((start) => { window.startScripts = start; });
window.Blob = class extends Blob {
  constructor(parts, options) {
    super(options?.type === "text/javascript" ? ["await window.scriptsStart;", ...parts] : parts, options);
  }
};
"""
"""Holds the scripts of components back until ``startScripts()`` is called. Their HTML is drawn before."""
TAKES_FOCUS = "control => { control.focus(); return control.getRootNode().activeElement === control; }"


@pytest.mark.parametrize(
    ("path", "role", "name"),
    [
        ("text_search?q=bird", "combobox", "Search"),
        ("text_search?q=bird", "button", "Share"),
        ("photos", "button", "Choose pictures"),
        ("explorer", "button", "Zoom in"),
    ],
)
def test_a_control_cannot_be_used_before_its_script_starts(
    new_page: Page, address: str, path: str, role: Literal["button", "combobox"], name: str
) -> None:
    new_page.add_init_script(HOLD_SCRIPTS)
    new_page.goto(f"{address}/{path}")
    wait_until_drawn(new_page)
    control = new_page.get_by_role(role, name=name, exact=True)
    assert not control.evaluate(TAKES_FOCUS)
    new_page.evaluate("startScripts()")
    expect(new_page.locator("[inert]")).to_have_count(0)
    assert control.evaluate(TAKES_FOCUS)


def test_text_is_not_typed_before_it_would_be_overwritten(new_page: Page, address: str) -> None:
    new_page.add_init_script(HOLD_SCRIPTS)
    new_page.goto(f"{address}/text_search")
    box = new_page.get_by_role("combobox", name="Search")
    expect(box).to_be_visible()
    expect(box).not_to_be_editable()
    new_page.evaluate("startScripts()")
    box.fill("violin")
    box.press("Enter")
    expect(new_page).to_have_url(f"{address}/text_search?q=violin")
