"""The scripts of components start after their HTML is drawn. Controls are not shown before, so nothing is lost."""

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


@pytest.mark.parametrize(
    ("path", "role", "name"),
    [
        ("text_search?q=bird", "combobox", "Search"),
        ("text_search?q=bird", "button", "Share"),
        ("photos", "button", "Choose pictures"),
        ("explorer", "button", "Zoom in"),
    ],
)
def test_a_control_is_shown_when_its_script_has_started(
    new_page: Page, address: str, path: str, role: Literal["button", "combobox"], name: str
) -> None:
    new_page.add_init_script(HOLD_SCRIPTS)
    new_page.goto(f"{address}/{path}")
    wait_until_drawn(new_page)
    expect(new_page.locator("[inert]").first).to_be_attached()
    control = new_page.get_by_role(role, name=name, exact=True)
    expect(control).to_have_count(0)
    new_page.evaluate("startScripts()")
    expect(control).to_be_visible()
