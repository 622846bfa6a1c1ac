"""What axe-core finds on a page. Shared by the tests in a browser."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browsing import wait_until_settled


def findings(page: Page) -> list[str]:
    """Return whatever axe-core finds, minor or not, with every expander open."""
    for summary in page.locator("details > summary").all():
        if not summary.evaluate("summary => summary.parentElement.open"):
            summary.click()
            expect(summary.locator("xpath=..")).to_have_attribute("open", "")
    wait_until_settled(page)  # an element that is still fading in has less contrast
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in violations
        for node in each["nodes"]
    ]
